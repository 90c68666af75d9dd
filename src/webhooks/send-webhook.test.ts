import assert from "node:assert/strict";
import { test } from "node:test";
import { openSourceServer } from "../../tests/support/remote-servers/source-server.ts";
import { sendWebhook } from "./send-webhook.ts";

const origin = await openSourceServer((request, response) => {
  request.resume();
  response.setHeader("X-Note", "n".repeat(2_000));
  switch (request.url) {
    case "/large":
      response.writeHead(500).end("é".repeat(10_000));
      return;
    case "/endless":
      // Pieces come for as long as anybody reads.
      response.writeHead(200).write("begun");
      return;
    case "/zero":
      response.writeHead(200).end("a\0b");
      return;
    default:
      response.writeHead(204).end();
  }
});

async function send(path: string) {
  const outcome = await sendWebhook({
    url: `${origin}${path}`,
    body: "{}",
    secret: undefined,
    headers: {},
    skipsCertificateCheck: false,
    mayReachPrivateAddresses: true,
    sendMsMax: 10_000,
    signal: new AbortController().signal,
  });
  assert.equal(outcome.kind, "answered");
  return outcome as Extract<typeof outcome, { kind: "answered" }>;
}

test("of an answer the beginning is kept, and of long fields too", async () => {
  const { status, answer } = await send("/large");
  assert.equal(status, 500);
  assert.equal(Buffer.byteLength(answer.body), 8 * 1024);
  assert.equal(answer.isBodyCut, true);
  assert.equal(answer.headers.find(([name]) => name === "X-Note")![1].length, 500);
});

test("an answer without an end counts by its status, and what has come of it is kept", async () => {
  const { status, answer } = await send("/endless");
  assert.deepEqual([status, answer.body, answer.isBodyCut], [200, "begun", true]);
});

test("a body that no database could store as text is made one", async () => {
  assert.equal((await send("/zero")).answer.body, "a\ufffdb");
});

test("an answer without a body is whole", async () => {
  const { status, answer } = await send("/none");
  assert.deepEqual([status, answer.body, answer.isBodyCut], [204, "", false]);
});

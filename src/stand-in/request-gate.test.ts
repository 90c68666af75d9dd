import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { openRequestGate } from "./request-gate.ts";

const gate = openRequestGate(50);
let handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
  response.end("ok");
const server = createServer((request, response) =>
  gate.admit(request, response, () => handle(request, response)),
);
let url: string;
before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const committed: string[] = [];
const transactions = gate.watchTransactions({
  transaction: async (work) => {
    const done = await work(undefined as never);
    committed.push("committed");
    return done;
  },
});

test("a request under way is waited for, and one that comes meanwhile waits", async () => {
  const order: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  handle = async ({ url: path }, response) => {
    order.push(`begin ${path}`);
    arrived.resolve();
    if (path === "/slow") await goOn.promise;
    response.end("ok", () => order.push(`end ${path}`));
  };
  const slow = fetch(`${url}/slow`);
  await arrived.promise;
  const quiet = gate.quiet(async () => void order.push("quiet"));
  const late = fetch(`${url}/late`);
  goOn.resolve();
  await quiet;
  assert.deepEqual([(await slow).status, (await late).status], [200, 200]);
  assert.deepEqual(order.slice(0, 4), ["begin /slow", "end /slow", "quiet", "begin /late"]);
});

test("one that takes too long is answered 503, and neither writes nor answers afterwards", async () => {
  const goOn = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<unknown>();
  const arrived = Promise.withResolvers<void>();
  handle = async (request, response) => {
    // The body arrives in another context of the connection's.
    for await (const _ of request) arrived.resolve();
    await goOn.promise;
    outcome.resolve(await transactions.transaction(async () => "written").catch((error: unknown) => error));
    response.writeHead(200);
    response.end("late");
  };
  const answer = fetch(url, { method: "POST", body: "body" });
  await arrived.promise;
  await gate.quiet(async () => {});
  const ended = await answer;
  assert.equal(ended.status, 503);
  assert.equal(ended.headers.get("retry-after"), "1");
  assert.match(await ended.text(), /was reset/);
  goOn.resolve();
  assert.match(String(await outcome.promise), /was reset/);
  assert.deepEqual(committed, []);
});

test("a later request writes, and so does what is no request", async () => {
  handle = async (_, response) => {
    await transactions.transaction(async () => {});
    response.end("written");
  };
  assert.equal(await (await fetch(url)).text(), "written");
  await transactions.transaction(async () => {});
  assert.equal(committed.length, 2);
});

test("an answer that has begun is cut off", async () => {
  handle = (_, response) => void response.write("begun");
  const answer = await fetch(url);
  await gate.quiet(async () => {});
  await assert.rejects(answer.text());
});

test("what fails in quiet keeps nobody out", async () => {
  handle = (_, response) => response.end("ok");
  await assert.rejects(
    gate.quiet(() => Promise.reject(new Error("failed"))),
    /failed/,
  );
  assert.equal((await fetch(url)).status, 200);
});

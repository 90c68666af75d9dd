// The attack: a body that comes a byte at a time holds a connection, and what waits for it, for as long as one likes.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, rest } = await startFilledApp();
const token = await app.token();

/** Sends a head, then a byte every five seconds, and waits for what comes back. */
async function trickle(path: string, head: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(app.url).port), "127.0.0.1").on("error", () => {});
  socket.write(`${[`POST ${path} HTTP/1.1`, "Host: localhost", ...head].join("\r\n")}\r\n\r\n`);
  const timer = setInterval(() => socket.writable && socket.write("1"), 5_000);
  try {
    return await text(socket);
  } finally {
    clearInterval(timer);
  }
}

test("bodies that come a byte at a time are cut after two minutes, over REST and Git", async () => {
  const started = performance.now();
  const [json, push] = await Promise.all([
    trickle("/2.0/repositories/acme/demo/refs/branches", [
      `Authorization: ${basic("owner@example.com", token)}`,
      "Content-Type: application/json",
      "Content-Length: 5000",
    ]),
    trickle("/acme/demo.git/git-receive-pack", [
      `Authorization: ${basic("x-bitbucket-api-token-auth", token)}`,
      "Content-Type: application/x-git-receive-pack-request",
      "Content-Length: 5000",
    ]),
  ]);
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds < 150, `${seconds} s`);
  assert.match(json, /^HTTP\/1\.1 408 /);
  assert.match(push, /^(?:$|HTTP\/1\.1 408 )/);
  assert.equal((await rest("GET", "")).status, 200);
});

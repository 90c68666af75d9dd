import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import test, { after } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FastifyRequest } from "fastify";
import { readRequestBody } from "./git-body.ts";

const BYTES_MAX = 8;

const server = createServer(async (raw: IncomingMessage, response) => {
  // As after the checks of a request, which take some turns.
  for (let turn = 0; turn < 5; turn += 1) await undefined;
  const request = { raw, headers: raw.headers } as FastifyRequest;
  const read = readRequestBody(request, "git-upload-pack", BYTES_MAX);
  const answer = await read.then(String, (error: Error) => error.message);
  response.end(answer === "" ? "nothing" : answer);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
after(() => server.close());

const head = (framing: string) =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-git-upload-pack-request\r\n${framing}\r\n\r\n`;

/** Sends the pieces one after another, then the same again over the same connection. */
async function sendTwice(pieces: readonly string[]): Promise<readonly string[]> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.setNoDelay(true);
  let seen = "";
  socket.setEncoding("latin1").on("data", (text) => {
    seen += text;
  });
  const bodies = () => seen.split(/(?=HTTP\/1\.1 )/).map((answer) => answer.split("\r\n\r\n")[1] ?? "");
  for (const count of [1, 2]) {
    for (const piece of pieces) {
      socket.write(piece);
      await nextTurn();
    }
    while (bodies().length < count || bodies().at(-1) === "") await once(socket, "data");
  }
  socket.destroy();
  return bodies();
}

for (const [how, pieces, answer] of [
  ["that arrives with the head", [`${head("Content-Length: 8")}00112233`], "00112233"],
  ["that arrives after the head", [head("Content-Length: 8"), "00112233"], "00112233"],
  ["in pieces, one with the head", [`${head("Content-Length: 8")}0011`, "2233"], "00112233"],
  ["in chunks", [`${head("Transfer-Encoding: chunked")}4\r\n0011\r\n`, "4\r\n2233\r\n0\r\n\r\n"], "00112233"],
  ["without a byte", [head("Content-Length: 0")], "nothing"],
] as const) {
  test(`reads a body ${how}, and the next one`, async () => {
    assert.deepEqual(await sendTwice(pieces), [answer, answer]);
  });
}

test("refuses a body of one byte too much", async () => {
  assert.deepEqual(await sendTwice([`${head("Content-Length: 9")}001122334`]), [
    "The request is larger than the limit of 8 bytes",
    "The request is larger than the limit of 8 bytes",
  ]);
});

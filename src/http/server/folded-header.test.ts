import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { listAuditEvents } from "../../storage/sql/audit/audit-events.ts";
import { replayConnection, unfoldCredential } from "./folded-header.ts";

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

/** As GNU base64 prints it. */
function folded(text: string): string {
  return Buffer.from(text)
    .toString("base64")
    .match(/.{1,76}/g)!
    .join("\n");
}

async function send(request: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  let answer = "";
  for await (const piece of socket) answer += String(piece);
  return answer;
}

test("a credential folded by base64 is the same credential", async () => {
  const credential = folded(`owner@example.com:${await app.token()}`);
  assert.ok(credential.includes("\n"));
  const answer = await send(
    `POST /2.0/repositories/acme/demo/commits HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic ${credential}\r\nAccept: */*\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(answer, /\r\nconnection: close\r\n/i);
  await app.ports.auditNotes.idle();
  const [noted] = await listAuditEvents(app.ports.database.kysely, { limit: 1 });
  assert.equal(noted?.action, "token.used-from-new-address");
  assert.ok(noted.actor.kind === "account" && noted.actor.address === "127.0.0.1", "the address is known");
});

for (const [why, request] of [
  [
    "a header's name in the folded lines",
    "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWJj\nX-Evil: 1\r\n\r\n",
  ],
  ["a space in the folded lines", "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWJj\nYW Jj\r\n\r\n"],
  ["another header that is folded", "GET / HTTP/1.1\r\nHost: x\r\nX-Other: YWJj\nYWJj\r\n\r\n"],
  [
    "a second request in the folded lines",
    "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWJj\n\nGET /2.0/user HTTP/1.1\r\n\r\n",
  ],
] as const) {
  test(`refuses ${why}`, async () => {
    assert.equal(unfoldCredential(Buffer.from(request)), undefined);
    assert.match(await send(request), /^HTTP\/1\.1 400 Bad Request\r\n/);
  });
}

test("a connection that is given anew tells how much has come over it, by which slow bodies are judged", async (context) => {
  const server = createServer();
  const listener = createTcpServer((socket) => {
    replayConnection(server, "connection", socket, Buffer.from("GET / HTTP/1.1\r\n"));
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const client = connect((listener.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
  context.after(() => {
    client.destroy();
    listener.close();
  });
  const [replayed] = (await once(server, "connection")) as [Socket];
  assert.equal(replayed.bytesRead, 0);
  client.write("Host: x\r\n");
  while (replayed.bytesRead === 0) await delay(5);
  assert.equal(replayed.bytesRead, "Host: x\r\n".length);
});

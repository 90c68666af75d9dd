import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

function open() {
  const { hostname, port } = new URL(app.url);
  return connect(Number(port), hostname);
}

test("a client that asks for a tunnel and resets the connection does not end the server", async () => {
  for (let round = 0; round < 20; round += 1) {
    const socket = open();
    socket.on("error", () => {});
    await new Promise<void>((resolve) => {
      socket.once("connect", () => {
        socket.write("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", () => {
          socket.resetAndDestroy();
        });
      });
      socket.once("close", () => resolve());
    });
  }
  assert.equal((await fetch(`${app.url}/2.0/user`)).status, 401);
});

test("the line of a request names its repository, and neither an address nor a query", async () => {
  const authorization = `Basic ${Buffer.from(`owner@example.com:${await app.token()}`).toString("base64")}`;
  const ask = (path: string) => fetch(`${app.url}${path}`, { headers: { authorization } });
  await ask("/2.0/repositories/acme/demo?fields=secret-word");
  await ask("/2.0/users/somebody@example.com");
  await ask("/2.0/workspaces/somebody@example.com");
  const lines = app.logLines.filter((line) => line.msg === "request").map((line) => JSON.stringify(line));
  assert.ok(lines.some((line) => line.includes('"repository.full_name":"acme/demo"')));
  for (const line of lines) assert.doesNotMatch(line, /@example\.com|secret-word/);
});

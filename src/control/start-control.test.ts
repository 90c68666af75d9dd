import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import {
  askSocket,
  type ControlledApp,
  startControlledApp,
} from "../../tests/support/server/controlled-app.ts";
import { startControl } from "./start-control.ts";

let app: ControlledApp;
let folder: string;
before(async () => {
  app = await startControlledApp();
  folder = await mkdtemp(join(tmpdir(), "pail-control-"));
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

test("it lists what it offers", async () => {
  const { json } = await app.control("GET", "/");
  assert.ok(
    json.some(({ method, path }: Record<string, string>) => method === "POST" && path === "/clock/advance"),
  );
  const unknown = await app.control("GET", "/nothing");
  assert.equal(unknown.status, 404);
  assert.match(unknown.json.error.detail, /GET \//);
});

for (const [why, path, body, status] of [
  ["a body that is too large", "/faults", JSON.stringify({ body: "x".repeat(1024 * 1024) }), 413],
  ["a body that is no JSON", "/faults", "{", 400],
  ["a body that is a list", "/faults", "[]", 400],
  ["a path that is not UTF-8", "/snapshots/%ff/restore", "", 400],
] as const)
  test(`${why} is refused with ${status}`, async () => {
    const answer = await askSocketRaw(app.socketPath, path, body);
    assert.equal(answer, status);
  });

function askSocketRaw(socketPath: string, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    request({ socketPath, method: "POST", path, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    })
      .on("error", reject)
      .end(body);
  });
}

test("the socket is its owner's alone, in a folder that is", async () => {
  assert.equal((await stat(app.socketPath)).mode & 0o777, 0o600);
  assert.equal((await stat(dirname(app.socketPath))).mode & 0o777, 0o700);
});

test("a web page gets nothing, whatever it asks for", async () => {
  for (const headers of [{ origin: "http://127.0.0.1" }, { "sec-fetch-site": "none" }] as Record<
    string,
    string
  >[]) {
    const { status } = await askSocket(app.socketPath, "GET", "/clock", undefined, headers);
    assert.equal(status, 403);
  }
});

test("on a port it takes its secret only, under the name of this machine only", async () => {
  const { address, secret, close } = await startControl(app.standIn, { kind: "port", port: 0 });
  const authorization = `Bearer ${secret!.reveal()}`;
  const ask = async (headers: Record<string, string>) =>
    (await fetch(`${address}/clock`, { headers })).status;
  assert.equal(await ask({ authorization }), 200);
  assert.equal(await ask({}), 401);
  assert.equal(await ask({ authorization: `${authorization}x` }), 401);
  assert.equal(await ask({ authorization, origin: address }), 403);
  const rebound = await new Promise<number>((resolve, reject) => {
    const { port } = new URL(address);
    request({ port, path: "/clock", headers: { authorization, host: `pages.example:${port}` } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    })
      .on("error", reject)
      .end();
  });
  assert.equal(rebound, 403);
  await close();
});

test("a socket in use is left alone, one that a killed server has left is replaced", async () => {
  await assert.rejects(startControl(app.standIn, { kind: "socket", path: app.socketPath }), {
    kind: "conflict",
    message: /another server/,
  });
  assert.equal((await app.control("GET", "/clock")).status, 200);
  const path = join(folder, "left");
  const killed = createServer().listen(path);
  await new Promise((resolve) => killed.once("listening", resolve));
  // The file stays when the socket is closed beneath it.
  const { renameSync } = process.getBuiltinModule("node:fs");
  renameSync(path, `${path}-kept`);
  await new Promise((resolve) => killed.close(resolve));
  renameSync(`${path}-kept`, path);
  const control = await startControl(app.standIn, { kind: "socket", path });
  assert.equal((await askSocket(path, "GET", "/clock")).status, 200);
  await control.close();
  assert.deepEqual(await readdir(folder), []);
});

test("a file, a folder that others can enter, and a long path are refused", async () => {
  const file = join(folder, "file");
  await writeFile(file, "kept");
  await assert.rejects(startControl(app.standIn, { kind: "socket", path: file }), {
    message: /is no socket/,
  });
  await rm(file);
  await chmod(folder, 0o755);
  await assert.rejects(startControl(app.standIn, { kind: "socket", path: join(folder, "socket") }), {
    message: /others can enter/,
  });
  await chmod(folder, 0o700);
  await assert.rejects(startControl(app.standIn, { kind: "socket", path: join(folder, "x".repeat(100)) }), {
    message: /103 bytes/,
  });
});

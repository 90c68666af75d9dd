import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  type HostedRepository,
  NO_OBJECT,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { packOf, rawPushBody, rawPushHeaders } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { requestProcesses, waitUntil } from "../support/processes/process-table.ts";
import { type PailServer, startPail, startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const BIG_BYTES = 4 * 1024 * 1024;

function waitUntilQuiet(server: PailServer): Promise<void> {
  return waitUntil(
    "the server has no git process left",
    () => requestProcesses(server.processId).length === 0,
  );
}

function connectTo(server: PailServer): Socket {
  const { hostname, port } = new URL(server.credentials.url);
  return connect(Number(port), hostname);
}

/** Announces the whole body, sends `bytes` of it and hangs up. */
async function pushAndHangUp(server: PailServer, path: string, body: Buffer, bytes: number): Promise<void> {
  const headers = { ...rawPushHeaders(server), Host: "127.0.0.1", "Content-Length": String(body.length) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connectTo(server);
  await once(socket, "connect");
  const head = `POST ${path}/git-receive-pack HTTP/1.1\r\n${lines.join("")}\r\n`;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.write(Buffer.concat([Buffer.from(head), body.subarray(0, bytes)]), () => resolve());
  await promise;
  socket.destroy();
}

async function prepareBigPush(server: PailServer) {
  const { repository, folder } = await createFilledRepository(git, server);
  const tip = await commitFiles(git, folder, { "big.bin": randomBytes(BIG_BYTES) }, "Big");
  const command = { before: NO_OBJECT, after: tip, name: "refs/heads/cut" };
  const body = rawPushBody([command], ["report-status", "side-band-64k"], await packOf(git, folder, tip));
  return { repository, folder, body };
}

async function filesBelow(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // SQLite makes and drops these beside its file as connections open and close.
  const isDatabaseFile = (name: string) => /-(wal|shm|journal)$/.test(name);
  return new Set(
    entries
      .filter((entry) => entry.isFile() && !isDatabaseFile(entry.name))
      .map((entry) => `${entry.parentPath}/${entry.name}`),
  );
}

for (const [where, at] of [
  ["before the first byte", () => 0],
  ["inside the first command", () => 20],
  ["between the commands and the pack", (body: Buffer) => body.indexOf("0000PACK") + 4],
  ["inside the header of the pack", (body: Buffer) => body.indexOf("0000PACK") + 10],
  ["in the middle of the pack", (body: Buffer) => body.length >> 1],
  ["one byte before the end", (body: Buffer) => body.length - 1],
] as const) {
  test(`a client that hangs up ${where} leaves no process and no changed ref`, async () => {
    const { repository, body } = await prepareBigPush(pail);
    const before = await serverRefs(git, repository.url);
    await pushAndHangUp(pail, repository.path, body, at(body));
    await waitUntilQuiet(pail);
    assert.deepEqual(await serverRefs(git, repository.url), before);
  });
}

/** A proxy that lets `bytesMax` bytes of requests through, then calls `onLimit` and lets nothing more pass. */
async function startCuttingProxy(bytesMax: number, onLimit: () => void) {
  const proxy = createServer((client) => {
    const server = connectTo(pail);
    server.on("error", () => client.destroy()).pipe(client);
    client.on("error", () => server.destroy()).on("close", () => server.destroy());
    let passed = 0;
    client.on("data", (part: Buffer) => {
      passed += part.length;
      if (passed < bytesMax) server.write(part);
      else onLimit();
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  assert.ok(typeof address === "object" && address !== null);
  return { port: address.port, close: () => proxy.close() };
}

/** Starts git through the proxy and kills it, with its helpers, when the proxy has seen enough. */
async function runAndKill(
  repository: HostedRepository,
  args: readonly string[],
  folder: string,
): Promise<void> {
  const { promise: limit, resolve: reachLimit } = Promise.withResolvers<void>();
  const proxy = await startCuttingProxy(BIG_BYTES / 2, reachLimit);
  const url = new URL(repository.url);
  url.port = String(proxy.port);
  const child = git.start([...args, url.href, "main:refs/heads/killed"], {
    folder,
    config: { "http.postBuffer": "65536" },
  });
  const closed = once(child, "close");
  await Promise.race([limit, closed]);
  assert.equal(child.exitCode, null, "git was still pushing when it was killed");
  await waitUntil("a git of the server reads the pack", () => requestProcesses(pail.processId).length > 0);
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await closed;
  proxy.close();
}

test("a git that is killed in the middle of a push leaves the refs as they were and no process", async () => {
  const { repository, folder } = await prepareBigPush(pail);
  const before = await serverRefs(git, repository.url);
  await runAndKill(repository, ["push", "--quiet"], folder);
  await waitUntilQuiet(pail);
  assert.deepEqual(await serverRefs(git, repository.url), before);
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  const clone = await cloneOf(git, repository.url);
  await git.out(["fsck", "--strict"], { folder: clone });
});

test("a client that hangs up in the middle of a clone leaves no process", async () => {
  const { repository, folder } = await prepareBigPush(pail);
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  const tip = await git.out(["rev-parse", "main"], { folder });
  const line = `want ${tip} no-progress ofs-delta\n`;
  const length = (line.length + 4).toString(16).padStart(4, "0");
  const body = `${length}${line}00000009done\n`;
  const headers = rawPushHeaders(pail);
  const socket = connectTo(pail);
  socket.write(
    `POST ${repository.path}/git-upload-pack HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
      `Authorization: ${headers.Authorization}\r\nContent-Type: application/x-git-upload-pack-request\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  const [first] = (await once(socket, "data")) as [Buffer];
  assert.match(first.toString("latin1"), /^HTTP\/1\.1 200/);
  socket.destroy();
  await waitUntilQuiet(pail);
  const clone = await cloneOf(git, repository.url);
  assert.equal(await git.out(["rev-parse", "HEAD"], { folder: clone }), tip);
});

test("after the next start no file of a broken push is left", async () => {
  const first = await startPail();
  const { repository, body } = await prepareBigPush(first);
  await serverRefs(git, repository.url);
  const before = await filesBelow(first.dataFolder);
  await pushAndHangUp(first, repository.path, body, body.length - 1000);
  await waitUntilQuiet(first);
  process.kill(first.processId, "SIGKILL");
  const second = await startPail({ dataFolder: first.dataFolder });
  try {
    const left = [...(await filesBelow(first.dataFolder))].filter((file) => !before.has(file));
    assert.deepEqual(left, []);
    const url = new URL(repository.url);
    url.port = new URL(second.credentials.url).port;
    assert.deepEqual([...(await serverRefs(git, url.href)).keys()], ["refs/heads/main"]);
  } finally {
    await second.stop();
    await first.stop();
  }
});

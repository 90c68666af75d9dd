// The attack: a client that is gone, at whatever byte. It must leave no process, no file, no ref, and no line in the log that
// calls the server at fault (node-git-server ends when this is done to it).
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { createApp } from "../../src/app.ts";
import { dataPacket } from "../../src/git/wire/packet.ts";
import type { PackStore } from "../../src/storage/packs/pack-store.ts";
import {
  createFilledRepository,
  createHostedRepository,
  NO_OBJECT,
  STATIC_USERNAME,
  serverRefs,
} from "../support/hosted-repository.ts";
import { basic, sendRequest } from "../support/http-request.ts";
import { startPailForFile } from "../support/pail-server.ts";
import { requestProcesses, waitUntil } from "../support/process-table.ts";
import { rawPushBody } from "../support/raw-push.ts";
import { openRealGit } from "../support/real-git.ts";
import { startTestApp } from "../support/test-app.ts";
import {
  openConnection,
  type RawConnection,
  requestHead,
  restAuthorization,
  serverFaults,
  serviceHeaders,
} from "./hostile-client.ts";
import { emptyCommit } from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { url } = pail.credentials;
const AT_ONCE = 8;

async function waitUntilQuiet(): Promise<void> {
  await waitUntil("no git process is left", () => requestProcesses(pail.processId).length === 0);
  const unfinished = `${pail.dataFolder}/repositories/unfinished`;
  await waitUntil("nothing unfinished is left", async () => (await readdir(unfinished)).length === 0);
}

/** Sends the first bytes of a request and hangs up, for each number of bytes. */
async function cutEverywhere(request: Buffer, hangUp: (connection: RawConnection) => void): Promise<void> {
  for (let start = 0; start < request.length; start += AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, request.length - start) }, async (_, number) => {
        const connection = await openConnection(url);
        await connection.write(request.subarray(0, start + number));
        hangUp(connection);
      }),
    );
  }
}

const RESET = (connection: RawConnection) => connection.hangUp();
const GOODBYE = (connection: RawConnection) => void connection.socket.end();

const { id, pack } = emptyCommit("cut off");
const PUSH = rawPushBody(
  [{ before: NO_OBJECT, after: id, name: "refs/heads/cut" }],
  ["report-status", "side-band-64k"],
  pack,
);

function pushRequest(path: string, body: Buffer, headers: Readonly<Record<string, string>>): Buffer {
  const head = requestHead("POST", `${path}/git-receive-pack`, {
    ...serviceHeaders(pail, "git-receive-pack"),
    ...headers,
  });
  return Buffer.concat([Buffer.from(head), body]);
}

function chunked(body: Buffer): Buffer {
  const half = body.length >> 1;
  const chunks = [body.subarray(0, half), body.subarray(half)].map((part) =>
    Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n")]),
  );
  return Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")]);
}

const ZIPPED = gzipSync(PUSH);

for (const [how, hangUp] of [
  ["a reset", RESET],
  ["the end of its side", GOODBYE],
] as const) {
  for (const [why, body, headers] of [
    ["of known length", PUSH, { "Content-Length": String(PUSH.length) }],
    ["in chunks", chunked(PUSH), { "Transfer-Encoding": "chunked" }],
    ["in gzip", ZIPPED, { "Content-Length": String(ZIPPED.length), "Content-Encoding": "gzip" }],
  ] as const) {
    test(`a push ${why} that ends with ${how} at any byte leaves nothing`, async () => {
      const start = pail.logText().length;
      const repository = await createHostedRepository(pail);
      await cutEverywhere(pushRequest(repository.path, body, headers), hangUp);
      await waitUntilQuiet();
      assert.deepEqual(await serverRefs(git, repository.url), new Map());
      assert.deepEqual(serverFaults(pail, start), []);
    });
  }
}

test("a push whose sender goes as soon as all is sent is done or not done, and leaves nothing half", async () => {
  const start = pail.logText().length;
  for (let time = 0; time < 20; time += 1) {
    const repository = await createHostedRepository(pail);
    const connection = await openConnection(url);
    await connection.write(pushRequest(repository.path, PUSH, { "Content-Length": String(PUSH.length) }));
    connection.hangUp();
    await waitUntilQuiet();
    const refs = await serverRefs(git, repository.url);
    assert.ok(refs.size === 0 || refs.get("refs/heads/cut") === id);
    await git.out(["clone", "--quiet", repository.url, git.newPath("clone")]);
  }
  assert.deepEqual(serverFaults(pail, start), []);
});

test("a fetch and a list of commits that end at any byte leave nothing", async () => {
  const start = pail.logText().length;
  const { repository, ids } = await createFilledRepository(git, pail);
  const want = `0032want ${ids.at(-1)}\n00000009done\n`;
  const fetch = requestHead("POST", `${repository.path}/git-upload-pack`, {
    ...serviceHeaders(pail, "git-upload-pack"),
    "Content-Length": String(want.length),
  });
  const json = '{"include":["main"]}';
  const list = requestHead("POST", `/2.0/repositories/${repository.fullName}/commits`, {
    Authorization: restAuthorization(pail),
    "Content-Type": "application/json",
    "Content-Length": String(json.length),
  });
  await cutEverywhere(Buffer.from(fetch + want), RESET);
  await cutEverywhere(Buffer.from(list + json), RESET);
  await waitUntilQuiet();
  assert.deepEqual(serverFaults(pail, start), []);
});

test("a client that goes before its upload-pack has started leaves no upload-pack", async () => {
  const app = await startTestApp();
  // Holds every fetch at the step before git is started, until the client has gone.
  const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>();
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  const packs: PackStore = {
    ...app.ports.packs,
    async writeRefs(...args) {
      await app.ports.packs.writeRefs(...args);
      hold();
      await isReleased;
    },
  };
  const server = await createApp({ ...app.ports, packs });
  try {
    const origin = await server.listen({ host: "127.0.0.1", port: 0 });
    const authorization = basic(STATIC_USERNAME, await app.token());
    const path = "/acme/demo.git";
    // More than the pipes between take at once, so that git has to wait for a reader.
    const large = emptyCommit("x".repeat(1024 * 1024));
    const noise = Buffer.from(Array.from({ length: 4 * 1024 * 1024 }, (_, at) => Math.imul(at, 2654435761) >>> 24));
    const { tip, pack: bigPack } = bigCommit(noise);
    assert.notEqual(tip, large.id);
    const pushed = await sendRequest(origin, `${path}/git-receive-pack`, {
      method: "POST",
      headers: { Authorization: authorization, "Content-Type": "application/x-git-receive-pack-request" },
      body: rawPushBody([{ before: NO_OBJECT, after: tip, name: "refs/heads/main" }], ["report-status"], bigPack),
    });
    assert.match(pushed.text, /ok refs\/heads\/main/);
    const body = Buffer.concat([dataPacket(`want ${tip}\n`), Buffer.from("0000"), dataPacket("done\n")]);
    const head = requestHead("POST", `${path}/git-upload-pack`, {
      Authorization: authorization,
      "Content-Type": "application/x-git-upload-pack-request",
      "Content-Length": String(body.length),
    });
    const connectionClosed = new Promise<void>((resolve) =>
      server.server.once("connection", (socket) => socket.once("close", () => resolve())),
    );
    const connection = await openConnection(origin);
    await connection.write(Buffer.concat([Buffer.from(head), body]));
    await isHeld;
    connection.hangUp();
    await connectionClosed;
    release();
    await waitUntil("no upload-pack is left", async () => {
      // Served from the same event loop: the fetch has gone on by then.
      await sendRequest(origin, "/2.0/nothing");
      return requestProcesses(process.pid).filter((line) => line.includes("upload-pack")).length === 0;
    });
  } finally {
    release();
    for (const line of requestProcesses(process.pid)) console.error(`left: ${line}`);
    await server.close();
    await app.close();
  }
});

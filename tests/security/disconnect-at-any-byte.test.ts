// The attack: a client that is gone, at whatever byte. It must leave no process, no file, no ref, and no line in the log that
// calls the server at fault (node-git-server ends when this is done to it).
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { Socket } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { createApp } from "../../src/app.ts";
import type { PackStore } from "../../src/storage/packs/pack-store.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import {
  createFilledRepository,
  createHostedRepository,
  NO_OBJECT,
  STATIC_USERNAME,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { rawPushBody } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { requestProcesses, waitUntil } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { startTestApp } from "../support/server/test-app.ts";
import {
  openConnection,
  type RawConnection,
  requestHead,
  restAuthorization,
  serverFaults,
  serviceHeaders,
} from "./hostile-client.ts";
import {
  buildPack,
  commitContent,
  emptyCommit,
  objectIdOf,
  packEntry,
  treeContent,
} from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { url } = pail.credentials;
const AT_ONCE = 8;

async function waitUntilQuiet(): Promise<void> {
  await waitUntil("no git process is left", () => requestProcesses(pail.processId).length === 0);
  const staging = `${pail.dataFolder}/repositories/unfinished`;
  await waitUntil("nothing is left in staging", async () => (await readdir(staging)).length === 0);
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
      const repository = await createHostedRepository(pail);
      await cutEverywhere(pushRequest(repository.path, body, headers), hangUp);
      await waitUntilQuiet();
      assert.deepEqual(await serverRefs(git, repository.url), new Map());
    });
  }
}

test("a push whose sender goes as soon as all is sent is done or not done, and leaves nothing half", async () => {
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
});

test("a fetch and a list of commits that end at any byte leave nothing", async () => {
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
});

test("of all who went away, none is logged as a fault of the server", () => {
  assert.deepEqual(serverFaults(pail), []);
});

/** Ends the children of this process, so that one that is left fails its test and does not keep the run from ending. */
function endChildren(): void {
  for (const name of readdirSync("/proc").filter((text) => /^\d+$/.test(text))) {
    try {
      const [, parentId] = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      if (Number(parentId) === process.pid) process.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** An app of this process whose fetches stop before git is started, until they are released. */
async function startHeldApp() {
  const app = await startTestApp();
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const packs: PackStore = {
    ...app.ports.packs,
    async openRepository(uuid) {
      const opened = await app.ports.packs.openRepository(uuid);
      return {
        ...opened,
        async writeRefs(...args) {
          await opened.writeRefs(...args);
          held.resolve();
          await released.promise;
        },
      };
    },
  };
  const server = await createApp({ ...app.ports, packs });
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    origin,
    authorization: basic(STATIC_USERNAME, await app.token()),
    server,
    isHeld: held.promise,
    release: () => released.resolve(),
    async close() {
      released.resolve();
      endChildren();
      await server.close();
      await app.close();
    },
  };
}

test("a client that goes before its upload-pack has started leaves no upload-pack", async () => {
  const app = await startHeldApp();
  try {
    // More than the pipe of a process takes, so that git waits for a reader.
    const content = randomBytes(4 * 1024 * 1024);
    const tree = treeContent([["100644", "noise", objectIdOf("blob", content)]]);
    const commit = commitContent(objectIdOf("tree", tree));
    const tip = objectIdOf("commit", commit);
    const entries = [packEntry("commit", commit), packEntry("tree", tree), packEntry("blob", content)];
    const pushed = await sendRequest(app.origin, "/acme/demo.git/git-receive-pack", {
      method: "POST",
      headers: { Authorization: app.authorization, "Content-Type": "application/x-git-receive-pack-request" },
      body: rawPushBody(
        [{ before: NO_OBJECT, after: tip, name: "refs/heads/main" }],
        ["report-status"],
        buildPack(entries),
      ),
    });
    assert.match(pushed.text, /ok refs\/heads\/main/);

    const body = `0032want ${tip}\n00000009done\n`;
    const head = requestHead("POST", "/acme/demo.git/git-upload-pack", {
      Authorization: app.authorization,
      "Content-Type": "application/x-git-upload-pack-request",
      "Content-Length": String(body.length),
    });
    const { promise: isClosed, resolve: close } = Promise.withResolvers<void>();
    app.server.server.once("connection", (socket: Socket) => socket.once("close", () => close()));
    const connection = await openConnection(app.origin);
    await connection.write(head + body);
    await app.isHeld;
    connection.hangUp();
    await isClosed;
    app.release();
    await waitUntil("no upload-pack is left", async () => {
      // Answered by the same event loop: by then the fetch has gone on.
      await sendRequest(app.origin, "/2.0/nothing");
      return !requestProcesses(process.pid).some((command) => command.includes("upload-pack"));
    });
  } finally {
    await app.close();
  }
});

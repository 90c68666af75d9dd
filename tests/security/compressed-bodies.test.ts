// The attack: a body of a few kilobytes that gzip unpacks to gigabytes, or an encoding that is not what it says (GitLab's
// 31564 and 387549, http4k's CVE-2026-53659). The server must refuse it before it holds it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from "node:zlib";
import { createFilledRepository, NO_OBJECT, serverRefs } from "../support/git/hosted-repository.ts";
import { rawPushBody, readRawReport } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { requestProcesses, waitUntil } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { callService, serverFaults } from "./hostile-client.ts";
import { emptyCommit } from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { repository, ids } = await createFilledRepository(git, pail);
const before = await serverRefs(git, repository.url);
const tip = ids.at(-1)!;
const MEGABYTE = 1024 * 1024;
const GZIP = { "Content-Encoding": "gzip" };

/** Memory of the server that lies in RAM, in megabytes. */
function memory(): number {
  const text = readFileSync(`/proc/${pail.processId}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) / 1024;
}

/** gzip of `start` and then of `piece`, `times` over, without having all of it at once. */
async function bomb(start: Uint8Array, piece: Uint8Array, times: number): Promise<Buffer> {
  const gzip = createGzip({ level: 9 });
  const parts: Buffer[] = [];
  gzip.on("data", (part: Buffer) => parts.push(part));
  const { promise, resolve } = Promise.withResolvers<void>();
  gzip.on("end", resolve);
  gzip.write(start);
  for (let time = 0; time < times; time += 1) {
    if (!gzip.write(piece)) await new Promise((drained) => gzip.once("drain", drained));
  }
  gzip.end();
  await promise;
  return Buffer.concat(parts);
}

test("a fetch that unpacks to 300 MB is refused with the limit, and is never held", async () => {
  const body = await bomb(Buffer.alloc(0), Buffer.alloc(MEGABYTE, "0"), 300);
  assert.ok(body.length < MEGABYTE);
  const start = memory();
  for (const headers of [GZIP, { ...GZIP, "Git-Protocol": "version=2" }]) {
    const answer = await callService(pail, "git-upload-pack", repository.path, body, headers);
    assert.equal(answer.status, 413, answer.text);
    assert.match(answer.text, /limit of \d+ bytes/);
  }
  assert.ok(memory() - start < 150, `${memory() - start} MB more`);
});

test("a fetch that is too large without compression is refused with the limit too", async () => {
  const answer = await callService(
    pail,
    "git-upload-pack",
    repository.path,
    Buffer.alloc(17 * MEGABYTE, "0"),
  );
  assert.equal(answer.status, 413, answer.text);
  assert.match(answer.text, /limit of \d+ bytes/);
});

test("a push whose commands unpack to 130 MB is refused, and its names are neither kept nor sent back", async () => {
  const command = `${NO_OBJECT} ${tip} refs/heads/${"x".repeat(65_000)}`;
  const line = Buffer.from(`${(command.length + 4).toString(16).padStart(4, "0")}${command}`);
  const first = rawPushBody([{ before: NO_OBJECT, after: tip, name: "refs/heads/a" }], ["report-status"]);
  const body = await bomb(first.subarray(0, -4), line, 2000);
  assert.ok(body.length < MEGABYTE);
  const start = memory();
  const answer = await callService(pail, "git-receive-pack", repository.path, body, GZIP);
  assert.ok(answer.bytes.length < MEGABYTE, `the answer has ${answer.bytes.length} bytes`);
  assert.ok(memory() - start < 150, `${memory() - start} MB more`);
  assert.deepEqual(await serverRefs(git, repository.url), before);
});

test("a pack that unpacks to 300 MB of nothing is refused while it arrives", async () => {
  const command = { before: NO_OBJECT, after: tip, name: "refs/heads/bomb" };
  const head = rawPushBody(
    [command],
    ["report-status", "side-band-64k"],
    Buffer.from("PACK\0\0\0\x02\0\0\0\x01"),
  );
  const body = await bomb(head, Buffer.alloc(MEGABYTE), 300);
  const start = memory();
  const answer = await callService(pail, "git-receive-pack", repository.path, body, GZIP);
  assert.notEqual(readRawReport(answer).unpack, "ok");
  assert.ok(memory() - start < 150, `${memory() - start} MB more`);
  assert.deepEqual(await serverRefs(git, repository.url), before);
  assert.deepEqual(requestProcesses(pail.processId), []);
});

const { id, pack } = emptyCommit("compressed");
const PUSH = rawPushBody(
  [{ before: NO_OBJECT, after: id, name: "refs/heads/compressed" }],
  ["report-status", "side-band-64k"],
  pack,
);

for (const [why, encoding, body, status] of [
  ["deflate", "deflate", deflateSync(PUSH), 415],
  ["brotli", "br", brotliCompressSync(PUSH), 415],
  ["gzip twice", "gzip, gzip", gzipSync(gzipSync(PUSH)), 415],
  ["gzip, and gzip inside", "gzip", gzipSync(gzipSync(PUSH)), 400],
  ["an encoding nobody has", "x-unknown", PUSH, 415],
  ["gzip that is none", "gzip", PUSH, 400],
  ["gzip without a byte", "gzip", Buffer.alloc(0), 400],
  ["gzip of nothing but its header", "gzip", gzipSync(PUSH).subarray(0, 10), 400],
] as const) {
  test(`${why} is refused with ${status}, in words, and moves no ref`, async () => {
    const start = pail.logText().length;
    for (const service of ["git-receive-pack", "git-upload-pack"] as const) {
      const headers = { "Content-Encoding": encoding };
      const answer = await callService(pail, service, repository.path, body, headers);
      // A fetch of what is no request is refused by git itself, in its own packet.
      const isRefused = answer.status === status || /^[0-9a-f]{4}ERR /.test(answer.text);
      assert.ok(isRefused, `${service}: ${answer.status} ${answer.text}`);
      assert.ok(answer.text.length > 10);
    }
    assert.deepEqual(serverFaults(pail, start), []);
    assert.deepEqual(await serverRefs(git, repository.url), before);
  });
}

test("gzip that breaks off at any byte is refused, and moves no ref", async () => {
  const start = pail.logText().length;
  const body = gzipSync(PUSH);
  for (let length = 1; length < body.length; length += 1) {
    const part = body.subarray(0, length);
    const answer = await callService(pail, "git-receive-pack", repository.path, part, GZIP);
    const isRefused = answer.status === 400 || readRawReport(answer).unpack !== "ok";
    assert.ok(isRefused, `${length} of ${body.length} bytes: ${answer.status} ${answer.text}`);
  }
  await waitUntil("no git process is left", () => requestProcesses(pail.processId).length === 0);
  assert.deepEqual(await serverRefs(git, repository.url), before);
  assert.deepEqual(serverFaults(pail, start), []);
});

test("the same push goes through when it is whole", async () => {
  const answer = await callService(pail, "git-receive-pack", repository.path, gzipSync(PUSH), GZIP);
  assert.equal(readRawReport(answer).refs.get("refs/heads/compressed"), "ok");
});

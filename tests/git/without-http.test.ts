// Fetches and pushes of the real git over its stdin and stdout, through the operations alone: what another transport than HTTP needs.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { openProcessSlots } from "../../src/git/process/process-slots.ts";
import { parseGitProtocol } from "../../src/git/wire/git-protocol.ts";
import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET } from "../../src/git/wire/packet.ts";
import { parseUploadPackRequest } from "../../src/git/wire/upload-pack-request.ts";
import { fetchObjects } from "../../src/operations/fetch/fetch-objects.ts";
import { findRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { callerAs } from "../support/examples/sample-model.ts";
import { serveStdioGit } from "../support/git/stdio-git.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder, commit } = await startFilledApp();
const { environment, outcomes, bugs } = await serveStdioGit(git.root, {
  ports: app.ports,
  by: { ...app.by, caller: callerAs(app.owner) },
  findRepository: readRepository,
});

async function readRepository() {
  return (await findRepository(app.ports.database.kysely, undefined, { uuid: app.repository.uuid }))!;
}

const REMOTE = "ssh://any.host/acme/demo.git";

async function refs(): Promise<string[]> {
  const listed = await git.out(["ls-remote", "--refs", REMOTE], { environment });
  return listed.split("\n").filter((line) => line !== "");
}

const first = await commit({ "README.md": "hello\n" }, "First");

test("a push arrives, and is reported ref by ref", async () => {
  const { status, stderr } = await git.run(["push", REMOTE, "HEAD:refs/heads/main", "HEAD:refs/heads/side"], {
    folder,
    environment,
  });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /\[new branch\] +HEAD -> side/);
  assert.deepEqual(await refs(), [`${first}\trefs/heads/main`, `${first}\trefs/heads/side`]);
});

test("a push that is refused is told why", async () => {
  const { status, stderr } = await git.run(["push", REMOTE, "HEAD:refs/pail/own"], { folder, environment });
  assert.notEqual(status, 0);
  assert.match(stderr, /refs of this kind belong to the server/);
});

test("a deletion is answered at once, although no pack ends what the client sends", async () => {
  const { status, stderr } = await git.run(["push", REMOTE, ":refs/heads/side"], { folder, environment });
  assert.equal(status, 0, stderr);
  assert.deepEqual(await refs(), [`${first}\trefs/heads/main`]);
});

for (const protocol of [0, 2] as const) {
  test(`protocol v${protocol}: a clone is written once, and comes from the cache to the next`, async () => {
    outcomes.length = 0;
    for (const name of ["one", "two"]) {
      const clone = git.newPath(name);
      await git.out(["clone", "--quiet", REMOTE, clone], { environment, protocol });
      assert.equal(await git.out(["rev-parse", "HEAD"], { folder: clone }), first);
      await git.out(["fsck", "--strict"], { folder: clone });
    }
    assert.deepEqual(outcomes, ["miss", "hit"]);
  });
}

test("a fetch brings what is new, in as many rounds as it takes", async () => {
  const clone = git.newPath("clone");
  await git.out(["clone", "--quiet", REMOTE, clone], { environment });
  const second = await commit({ "new.txt": "new\n" }, "Second");
  await git.out(["push", "--quiet", REMOTE, "HEAD:refs/heads/main"], { folder, environment });
  await git.out(["commit", "--quiet", "--allow-empty", "--message", "Own"], { folder: clone });
  await git.out(["fetch", "--quiet", "origin"], { folder: clone, environment });
  assert.equal(await git.out(["rev-parse", "origin/main"], { folder: clone }), second);
});

test("an object that is not there is refused in git's own words", async () => {
  const empty = git.newPath("empty");
  await git.out(["init", "--quiet", empty]);
  const wanted = "12".repeat(20);
  const { status, stderr } = await git.run(["fetch", REMOTE, wanted], {
    folder: empty,
    environment,
    protocol: 2,
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /not our ref/);
});

for (const [how, leave] of [
  ["its signal is aborted", (_: Readable, gone: AbortController) => gone.abort()],
  ["its answer is destroyed", (stream: Readable) => void stream.destroy()],
] as const) {
  test(`a fetch of which ${how} ends its git process, which waits for the reader, and gives back its slot`, async () => {
    const large = await commit({ [`${how}.bin`]: randomBytes(3_000_000).toString("latin1") }, "Large");
    await git.out(["push", "--quiet", REMOTE, "HEAD:refs/heads/main"], { folder, environment });
    const lines = ["command=fetch", "object-format=sha1"].map((line) => dataPacket(`${line}\n`));
    const args = [`want ${large}`, "done"].map((line) => dataPacket(`${line}\n`));
    const bytes = Buffer.concat([...lines, DELIMITER_PACKET, ...args, FLUSH_PACKET]);
    const request = parseUploadPackRequest(bytes, parseGitProtocol("version=2")!);
    assert.equal(request.kind, "fetch");
    const slots = openProcessSlots({ slotsMax: 1, shareMax: 1, waitingMax: 1, waitMsMax: 60_000 });
    const config = { ...app.ports.config, fetchCacheBytesMax: 0 };
    const gone = new AbortController();
    const answer = await fetchObjects(
      { ...app.ports, config, fetchSlots: slots },
      { repository: await readRepository(), request, quotaKeys: [], signal: gone.signal, notes: {} },
    );
    assert.equal(answer.kind, "stream");
    answer.stream.on("error", () => {});
    while (!answer.progress().isBlocked) await setImmediate();
    const next = slots.take([], new AbortController().signal);
    leave(answer.stream, gone);
    (await next)();
    assert.equal(answer.progress().isBlocked, false);
  });
}

test("nothing of all this was a fault of the server", () => assert.deepEqual(bugs, []));

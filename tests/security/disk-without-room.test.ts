// The attack: a disk without a free inode, so that no folder and no file can be made, and a disk whose last byte is taken
// before anybody has fetched what was pushed. Whoever is refused reads why; it is no fault of the server's code. (What a push
// does that is larger than the disk is in disk-full.test.ts.)
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createHostedRepository, NO_OBJECT, serverRefs } from "../support/git/hosted-repository.ts";
import { rawPushBody, readRawReport } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type PailServer, startPail } from "../support/server/pail-server.ts";
import { callService, serverFaults } from "./hostile-client.ts";
import { emptyCommit, NO_OBJECTS } from "./hostile-packs.ts";

const INODES = 400;
const MEGABYTE = 1024 * 1024;
const disk = mkdtempSync(join(tmpdir(), "pail-disk-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=16m,nr_inodes=${INODES}`, "tmpfs", disk]);
const isMounted = mounted.status === 0;
after(() => {
  if (isMounted) spawnSync("umount", [disk]);
  rmSync(disk, { recursive: true, force: true });
});
const skip = isMounted ? false : "a disk of a few inodes can be mounted by root only";

const git = openRealGit();
const REPORT = ["report-status", "side-band-64k"];
const FULL = /the server's disk is full|database is not available/;

/** Takes all inodes, and returns what gives them back. */
async function takeInodes(): Promise<() => Promise<void>> {
  const folder = join(disk, "taken");
  await mkdir(folder);
  for (let number = 0; number < INODES; number += 1) {
    try {
      await writeFile(join(folder, String(number)), "");
    } catch (error) {
      assert.ok(error instanceof Error && "code" in error && error.code === "ENOSPC", String(error));
      return () => rm(folder, { recursive: true });
    }
  }
  throw new Error("there are more inodes than asked for");
}

async function takeBytes(): Promise<() => Promise<void>> {
  const path = join(disk, "taken");
  await assert.rejects(writeFile(path, Buffer.alloc(64 * MEGABYTE)), { code: "ENOSPC" });
  return () => rm(path);
}

async function push(
  pail: PailServer,
  path: string,
  command: Parameters<typeof rawPushBody>[0][number],
  pack: Buffer,
) {
  const body = rawPushBody([command], REPORT, pack);
  return readRawReport(await callService(pail, "git-receive-pack", path, body));
}

test("on a full disk a push, a deletion and a fetch are done, or refused in words", { skip }, async () => {
  const pail = await startPail({ dataFolder: join(disk, "data") });
  after(() => pail.stop());
  const repository = await createHostedRepository(pail);
  const one = emptyCommit("one");
  const side = { before: NO_OBJECT, after: one.id, name: "refs/heads/side" };
  for (const name of ["refs/heads/main", "refs/heads/side"])
    assert.equal((await push(pail, repository.path, { ...side, name }, one.pack)).refs.get(name), "ok");
  let expected = await serverRefs(git, repository.url);

  for (const [why, take] of [
    ["no inode", takeInodes],
    ["no byte", takeBytes],
  ] as const) {
    const start = pail.logText().length;
    // A push whose refs nobody has fetched yet: a fetch has to write something first.
    const fresh = { before: NO_OBJECT, after: one.id, name: `refs/heads/${why.replace(" ", "-")}` };
    await push(pail, repository.path, fresh, NO_OBJECTS);
    expected = await serverRefs(git, repository.url);
    const giveBack = await take();

    const two = emptyCommit(`two, ${why}`);
    const added = { before: NO_OBJECT, after: two.id, name: "refs/heads/two" };
    const report = await push(pail, repository.path, added, two.pack);
    const said = `${report.unpack}, ${report.refs.get(added.name)}`;
    assert.ok(FULL.test(said), `${why}, a push: ${said}`);

    const removed = { before: one.id, after: NO_OBJECT, name: fresh.name };
    const verdict = (await push(pail, repository.path, removed, Buffer.alloc(0))).refs.get(fresh.name) ?? "";
    if (verdict === "ok") expected = new Map([...expected].filter(([name]) => name !== fresh.name));
    else assert.ok(FULL.test(verdict), `${why}, a deletion: ${verdict}`);
    assert.deepEqual(await serverRefs(git, repository.url), expected, `${why}: refs can be read`);

    const fetched = await git.run(["clone", "--quiet", repository.url, git.newPath("clone")]);
    assert.ok(fetched.status === 0 || FULL.test(fetched.stderr), `${why}, a fetch: ${fetched.stderr}`);
    assert.deepEqual(serverFaults(pail, start), [], why);

    await giveBack();
    const name = `refs/heads/after-${why.replace(" ", "-")}`;
    assert.equal((await push(pail, repository.path, { ...added, name }, two.pack)).refs.get(name), "ok", why);
    const clone = git.newPath("clone");
    await git.out(["clone", "--quiet", repository.url, clone]);
    await git.out(["fsck", "--strict"], { folder: clone });
    expected = await serverRefs(git, repository.url);
  }
});

// The attack: a push that is larger than the disk, and pushes when the disk is full already. The host must refuse them in
// words, keep every ref and object as it was, still be read, and take pushes again when there is room, without a restart.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { cloneOf, commitFiles, describeRepository, serverRefs } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPail } from "../support/server/pail-server.ts";

const DISK = "24m";
const MEGABYTE = 1024 * 1024;

const disk = mkdtempSync(join(tmpdir(), "pail-disk-"));
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK}`, "tmpfs", disk]).status === 0;
after(() => {
  if (isMounted) spawnSync("umount", [disk]);
  rmSync(disk, { recursive: true, force: true });
});
const skip = isMounted ? false : "a small disk can be mounted by root only";

/** Fills the disk to its last block. */
async function fillDisk(path: string): Promise<void> {
  await assert.rejects(writeFile(path, Buffer.alloc(64 * MEGABYTE)), { code: "ENOSPC" });
}

test("a full disk refuses pushes in words and loses nothing", { skip }, async () => {
  const pail = await startPail({ dataFolder: join(disk, "data") });
  after(() => pail.stop());
  const git = openRealGit();
  const { credentials } = pail;
  const url = describeRepository(pail, `${credentials.workspace}/${credentials.repository}`).urlAs(
    credentials.username,
    credentials.token,
  );
  const before = await serverRefs(git, url);
  const folder = await cloneOf(git, url);

  await commitFiles(git, folder, { large: randomBytes(40 * MEGABYTE) }, "larger than the disk");
  const large = await git.run(["push", "origin", "HEAD:refs/heads/large"], { folder });
  assert.notEqual(large.status, 0);
  assert.match(large.stderr, /the server's disk is full/);
  assert.doesNotMatch(large.stderr, /RPC failed|reset|Everything up-to-date/);
  assert.deepEqual(await serverRefs(git, url), before);
  assert.deepEqual(
    await readdir(join(disk, "data", "repositories", "unfinished")),
    [],
    "nothing is left behind",
  );

  await git.out(["reset", "-q", "--hard", "HEAD~1"], { folder });
  await commitFiles(git, folder, { small: randomBytes(MEGABYTE) }, "small");
  await fillDisk(join(disk, "filler"));
  const small = await git.run(["push", "origin", "HEAD:refs/heads/small"], { folder });
  assert.notEqual(small.status, 0);
  assert.match(small.stderr, /the server's disk is full|database is not available/);
  assert.deepEqual(await serverRefs(git, url), before, "a full disk can be read");

  await rm(join(disk, "filler"));
  await git.out(["push", "-q", "origin", "HEAD:refs/heads/small"], { folder });
  const clone = await cloneOf(git, url);
  await git.out(["fsck", "--strict"], { folder: clone });
  assert.equal((await serverRefs(git, url)).size, before.size + 1);
});

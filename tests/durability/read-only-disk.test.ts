import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  assertPushRefused,
  assertRecovered,
  assertUnavailable,
  openOutageProbe,
} from "../support/database/outage.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPail } from "../support/server/pail-server.ts";

const disk = mkdtempSync(join(tmpdir(), "pail-disk-"));
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", disk]).status === 0;
after(() => {
  if (isMounted) spawnSync("umount", ["--recursive", "--lazy", disk]);
  rmSync(disk, { recursive: true, force: true });
});
const skip = isMounted ? false : "a disk of one's own can be mounted by root only";
const READ_ONLY = /can only be read|database is not available/i;

const folder = join(disk, "data", "repositories");

function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

/**
 * A disk with files open for writing becomes read-only by its own faults, not by asking. What stands for it here is a
 * second mount over the folder of the repositories: the database can still be written.
 */
function makeReadOnly(): void {
  mount("--bind", folder, folder);
  mount("-o", "remount,bind,ro", folder);
}

/** The mount stays until the server has ended, whose processes stand in it. */
function makeWritable(): void {
  mount("-o", "remount,bind,rw", folder);
}

test("a disk that can only be read: what writes objects is refused, reads go on", { skip }, async () => {
  const pail = await startPail({ dataFolder: join(disk, "data") });
  after(() => pail.stop());
  const git = openRealGit();
  const probe = await openOutageProbe(git, pail);
  makeReadOnly();
  try {
    assertPushRefused(await probe.push(), READ_ONLY);
    assertUnavailable(await probe.commit(), READ_ONLY);
    assert.equal((await probe.read()).status, 200);
    const cloned = await probe.clone();
    assert.equal(cloned.status, 0, cloned.stderr);
  } finally {
    makeWritable();
  }
  await assertRecovered(probe);
});

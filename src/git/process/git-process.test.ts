import assert from "node:assert/strict";
import { constants, getPriority } from "node:os";
import { test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { exitOf, spawnGit } from "./git-process.ts";

const git = openRealGit();
const gitDir = git.newPath("repository.git");
await git.out(["init", "--quiet", "--bare", gitDir]);

for (const [isInBackground, priority] of [
  [true, constants.priority.PRIORITY_LOW],
  [false, getPriority()],
] as const) {
  test(`git ${isInBackground ? "in the background steps back" : "that is waited for does not"}`, async () => {
    const child = spawnGit(["cat-file", "--batch"], { gitDir, isInBackground });
    const exit = exitOf(child);
    assert.ok(child.pid !== undefined);
    assert.equal(getPriority(child.pid), priority);
    child.stdin.end();
    assert.equal(await exit, 0);
  });
}

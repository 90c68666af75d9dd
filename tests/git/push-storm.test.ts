import assert from "node:assert/strict";
import { test } from "node:test";
import { runPushStorm } from "../support/git/push-storm.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile({ args: ["--workers", "2"] });
const git = openRealGit();

test("of pushes by many at once, beside commits, clones and a repack, exactly the acknowledged ones are there", {
  timeout: 600_000,
}, async () => {
  const { inMain, refusedInMain, refs } = await runPushStorm(git, pail, {
    clients: 12,
    rounds: 2,
    committers: 2,
    cloners: 1,
  });
  assert.ok(inMain.length > 0 && refusedInMain.length > 0, "some won, and some lost");
  assert.equal(refs.size, 12);
});

// Fetches and pushes of the real git over its stdin and stdout, through the operations alone: what another transport than HTTP needs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { findRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { startFilledApp } from "../support/filled-app.ts";
import { callerAs } from "../support/sample-model.ts";
import { serveStdioGit } from "../support/stdio-git.ts";

const { app, git, folder, commit } = await startFilledApp();
const { environment, outcomes, bugs } = await serveStdioGit(git.root, {
  ports: app.ports,
  by: { ...app.by, caller: callerAs(app.owner) },
  findRepository: async () =>
    (await findRepository(app.ports.database.kysely, undefined, { uuid: app.repository.uuid }))!,
});
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

test("nothing of all this was a fault of the server", () => assert.deepEqual(bugs, []));

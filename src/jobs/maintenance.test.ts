import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openRealGit } from "../../tests/support/real-git.ts";
import { startTestApp, type TestApp } from "../../tests/support/test-app.ts";

const PUSHES = 30;

let app: TestApp;
const git = openRealGit();
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

test("many small pushes are joined to few packs with a commit graph, and nothing is lost", async () => {
  const gitDir = app.ports.packs.gitDir(app.repository.uuid);
  const url = `http://owner:${await app.token()}@${new URL(app.url).host}/acme/demo.git`;
  const work = git.newPath("work");
  await git.out(["clone", "-q", url, work]);
  for (let index = 0; index < PUSHES; index += 1) {
    await git.out(["commit", "-q", "--allow-empty", "-m", `change ${index}`], { folder: work });
    await git.out(["push", "-q", "origin", "HEAD:refs/heads/main"], { folder: work });
  }
  await app.ports.maintenance.idle();
  const packs = (await readdir(join(gitDir, "objects", "pack"))).filter((name) => name.endsWith(".pack"));
  assert.ok(packs.length < PUSHES / 2, `${packs.length} packs`);
  assert.ok((await readdir(join(gitDir, "objects", "info"))).includes("commit-graph"));
  const clone = git.newPath("clone");
  await git.out(["clone", "-q", url, clone]);
  assert.equal(await git.out(["rev-list", "--count", "HEAD"], { folder: clone }), String(PUSHES));
  await git.out(["fsck", "--strict"], { folder: clone });
  assert.deepEqual(
    app.logLines.filter((line) => line.level === 50),
    [],
  );
});

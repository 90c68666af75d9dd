import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, readdir, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { openRealGit } from "../../tests/support/git/real-git.ts";
import { gitDirOf } from "../../tests/support/git/repository-folder.ts";
import { startTestApp, type TestApp } from "../../tests/support/server/test-app.ts";

const PUSHES = 30;

let app: TestApp;
const git = openRealGit();
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

test("many small pushes are joined to few packs with a commit graph, and nothing is lost", async () => {
  const gitDir = gitDirOf(app.ports, app.repository.uuid);
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

test("maintenance that was killed is done by the next server, and what git has left is gone", async () => {
  const gitDir = gitDirOf(app.ports, app.repository.uuid);
  const [info, packs] = [join(gitDir, "objects", "info"), join(gitDir, "objects", "pack")];
  const left = [
    join(info, "commit-graph.lock"),
    join(packs, ".tmp-4242-pack-0"),
    join(packs, "tmp_pack_left"),
  ];
  const young = join(packs, "tmp_pack_young");
  for (const path of [...left, young]) await writeFile(path, "left");
  const url = `http://owner:${await app.token()}@${new URL(app.url).host}/acme/demo.git`;
  const work = git.newPath("work");
  await git.out(["clone", "-q", url, work]);
  const pushLarge = async () => {
    await writeFile(join(work, "large"), randomBytes(600 * 1024));
    await git.out(["add", "large"], { folder: work });
    await git.out(["commit", "-q", "-m", "large"], { folder: work });
    await git.out(["push", "-q", "origin", "HEAD:refs/heads/main"], { folder: work });
    await app.ports.maintenance.idle();
  };
  await pushLarge();
  // A git that has outlived its server may still be at it.
  for (const path of [...left, young]) assert.ok(existsSync(path), path);
  const longAgo = new Date(Date.now() - 11 * 60_000);
  for (const path of left) await utimes(path, longAgo, longAgo);
  await pushLarge();
  assert.ok(!(await readdir(info)).includes("commit-graph.lock"));
  const temporary = (await readdir(packs)).filter((name) => /tmp/.test(name));
  assert.deepEqual(temporary, ["tmp_pack_young"]);
  assert.deepEqual(
    app.logLines.filter((line) => line.level === 50),
    [],
  );
});

test("what a killed push or repack has left in halves keeps nothing up: a lone pack is taken in, a lone index goes", async () => {
  const gitDir = gitDirOf(app.ports, app.repository.uuid);
  const packs = join(gitDir, "objects", "pack");
  const url = `http://owner:${await app.token()}@${new URL(app.url).host}/acme/demo.git`;
  const work = git.newPath("work");
  await git.out(["clone", "-q", url, work]);
  const pushLarge = async () => {
    await writeFile(join(work, "large"), randomBytes(3 * 1024 * 1024));
    await git.out(["add", "large"], { folder: work });
    await git.out(["commit", "-q", "-m", "large"], { folder: work });
    await git.out(["push", "-q", "origin", "HEAD:refs/heads/main"], { folder: work });
    await app.ports.maintenance.idle();
  };
  await pushLarge();
  const [index] = (await readdir(packs)).filter((name) => name.endsWith(".idx"));
  const lone = join(packs, `pack-${"1".repeat(40)}`);
  for (const ending of [".idx", ".rev"]) await copyFile(join(packs, index!), lone + ending);
  // As a push is cut off between its pack and its index.
  const blob = await git.out(["hash-object", "-w", "--stdin"], {
    folder: work,
    input: "of a push that was cut off",
  });
  await git.out(["pack-objects", "-q", join(work, "half")], { folder: work, input: `${blob}\n` });
  const half = (await readdir(work)).find((name) => name.endsWith(".pack"))!;
  await copyFile(join(work, half), join(packs, half.replace("half", "pack")));
  // More than all before, so that all is packed anew.
  for (let time = 0; time < 2; time += 1) await pushLarge();
  assert.deepEqual(
    app.logLines.filter((line) => line.level === 50),
    [],
  );
  const names = await readdir(packs);
  assert.deepEqual(
    names.filter((name) => name.startsWith(basename(lone))),
    [],
  );
  assert.equal(await git.out(["cat-file", "-t", blob], { folder: gitDir }), "blob");
  await git.out(["fsck", "--strict"], { folder: gitDir });
});

test("what most of the repository lies in gets bitmaps, which small pushes leave; what nothing reaches stays", async () => {
  const gitDir = gitDirOf(app.ports, app.repository.uuid);
  const listBitmaps = async () =>
    (await readdir(join(gitDir, "objects", "pack"))).filter((name) => name.endsWith(".bitmap"));
  const url = `http://owner:${await app.token()}@${new URL(app.url).host}/acme/demo.git`;
  const work = git.newPath("work");
  await git.out(["clone", "-q", url, work]);
  const commitFiles = async (count: number) => {
    for (let index = 0; index < count; index += 1)
      await writeFile(join(work, `file-${index}`), randomBytes(600 * 1024));
    await git.out(["add", "."], { folder: work });
    await git.out(["commit", "-q", "-m", `${count} files`], { folder: work });
  };
  const push = async (...specs: readonly string[]) => {
    await git.out(["push", "-q", "origin", ...specs], { folder: work });
    await app.ports.maintenance.idle();
  };
  await commitFiles(1);
  const gone = await git.out(["rev-parse", "HEAD"], { folder: work });
  await push("HEAD:refs/heads/gone");
  await git.out(["reset", "-q", "--hard", "HEAD^"], { folder: work });
  await push(":refs/heads/gone");
  await commitFiles(8);
  await push("HEAD:refs/heads/main");
  const bitmaps = await listBitmaps();
  assert.equal(bitmaps.length, 1, bitmaps.join());
  await commitFiles(1);
  await push("HEAD:refs/heads/main");
  assert.deepEqual(await listBitmaps(), bitmaps);
  for (const commit of [gone, await git.out(["rev-parse", "HEAD"], { folder: work })])
    assert.equal(await git.out(["cat-file", "-t", `${commit}:file-0`], { folder: gitDir }), "blob");
  const clone = git.newPath("clone");
  await git.out(["clone", "-q", url, clone]);
  await git.out(["fsck", "--strict"], { folder: clone });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const COMMITS = 6;
const { repository, folder: origin, ids } = await createFilledRepository(git, pail, { commits: COMMITS });
await git.out(["push", "--quiet", "origin", "HEAD~3:refs/heads/older"], { folder: origin });

function historyOf(folder: string, revision = "HEAD"): Promise<string> {
  return git.out(["rev-list", "--count", revision], { folder });
}

function isShallow(folder: string): Promise<string> {
  return git.out(["rev-parse", "--is-shallow-repository"], { folder });
}

for (const protocol of [0, 2] as const) {
  for (const [why, args, commits] of [
    ["--depth 1", ["--depth", "1"], 1],
    ["--depth 3", ["--depth", "3"], 3],
    ["--depth beyond the root", ["--depth", "100"], COMMITS],
    ["--shallow-exclude", ["--shallow-exclude", "older"], 3],
  ] as const) {
    test(`protocol v${protocol}: clone with ${why} has ${commits} commits`, async () => {
      const folder = git.newPath("clone");
      await git.out(["clone", "--quiet", ...args, repository.url, folder], { protocol });
      assert.equal(await historyOf(folder), String(commits));
      assert.equal(await isShallow(folder), String(commits < COMMITS));
      await git.out(["fsck", "--strict"], { folder });
    });
  }

  test(`protocol v${protocol}: clone with --shallow-since takes the commits after that date`, async () => {
    const folder = git.newPath("clone");
    const date = await git.out(["show", "--no-patch", "--format=%ct", "HEAD~1"], { folder: origin });
    await git.out(["clone", "--quiet", `--shallow-since=${date}`, repository.url, folder], { protocol });
    assert.equal(await historyOf(folder), "2");
  });

  test(`protocol v${protocol}: --shallow-since in the future is told to select no commits`, async () => {
    const folder = git.newPath("clone");
    const args = ["clone", "--quiet", "--shallow-since=2099-01-01", repository.url, folder];
    const { status, stderr } = await git.run(args, { protocol });
    assert.notEqual(status, 0);
    assert.match(stderr, /no commits selected for shallow requests/);
  });

  test(`protocol v${protocol}: --deepen adds commits, --unshallow brings the rest`, async () => {
    const folder = git.newPath("clone");
    await git.out(["clone", "--quiet", "--depth", "1", repository.url, folder], { protocol });
    await git.out(["fetch", "--quiet", "--deepen", "2"], { folder, protocol });
    assert.equal(await historyOf(folder), "3");
    await git.out(["fetch", "--quiet", "--depth", "2"], { folder, protocol });
    assert.equal(await historyOf(folder), "2");
    await git.out(["fetch", "--quiet", "--unshallow"], { folder, protocol });
    assert.equal(await historyOf(folder), String(COMMITS));
    assert.equal(await isShallow(folder), "false");
    await git.out(["fsck", "--strict"], { folder });
  });

  test(`protocol v${protocol}: --single-branch brings one branch`, async () => {
    const folder = git.newPath("clone");
    await git.out(["clone", "--quiet", "--single-branch", "--branch", "older", repository.url, folder], {
      protocol,
    });
    const refs = await git.out(["for-each-ref", "--format=%(refname)", "refs/remotes"], { folder });
    assert.equal(refs, "refs/remotes/origin/older");
    assert.equal(await historyOf(folder), "3");
    const tip = ids.at(-1) ?? "";
    assert.equal(
      (await git.run(["cat-file", "-e", tip], { folder })).status,
      1,
      "the other branch stayed away",
    );
  });
}

test("a push from a shallow clone arrives with its whole history", async () => {
  const { repository: target, ids: before } = await createFilledRepository(git, pail, { commits: 4 });
  const folder = await cloneOf(git, target.url, ["--depth", "1"]);
  const tip = await commitFiles(git, folder, { "from-shallow.txt": "here\n" }, "From a shallow clone");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  assert.equal((await serverRefs(git, target.url)).get("refs/heads/main"), tip);
  const clone = await cloneOf(git, target.url);
  assert.equal(await historyOf(clone), "5");
  assert.equal(await git.out(["rev-parse", "HEAD~4"], { folder: clone }), before[0]);
  await git.out(["fsck", "--strict"], { folder: clone });
});

test("a new branch pushed from a shallow clone arrives", async () => {
  const folder = await cloneOf(git, repository.url, ["--depth", "2"]);
  await git.out(["switch", "--quiet", "--create", "from-ci"], { folder });
  const tip = await commitFiles(git, folder, { "ci.txt": "ci\n" }, "From CI");
  await git.out(["push", "--quiet", "origin", "from-ci"], { folder });
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/from-ci"), tip);
});

test("a shallow clone of a history the server lacks is refused, and nothing is changed", async () => {
  const { repository: empty } = await createFilledRepository(git, pail, { commits: 1 });
  const folder = await cloneOf(git, repository.url, ["--depth", "1"]);
  const before = await serverRefs(git, empty.url);
  const outcome = await git.run(["push", "--porcelain", empty.url, "HEAD:refs/heads/cut"], { folder });
  assert.notEqual(outcome.status, 0, "the parent of a shallow commit is nowhere");
  assert.match(outcome.stdout, /^!\tHEAD:refs\/heads\/cut\t\[remote rejected\] \(.+\)$/m);
  assert.deepEqual(await serverRefs(git, empty.url), before);
});

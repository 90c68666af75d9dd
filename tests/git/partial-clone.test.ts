import assert from "node:assert/strict";
import { test } from "node:test";
import { commitFiles, createFilledRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { repository, folder: origin } = await createFilledRepository(git, pail, { commits: 3 });
await commitFiles(git, origin, { "deep/er/file.txt": "deep\n", "file-1.txt": "changed\n" }, "Deep");
await git.out(["push", "--quiet", "origin", "main"], { folder: origin });

async function missingObjects(folder: string): Promise<number> {
  const text = await git.out(["rev-list", "--objects", "--all", "--missing=print"], { folder });
  return text.split("\n").filter((line) => line.startsWith("?")).length;
}

for (const protocol of [0, 2] as const) {
  for (const [filter, files] of [
    ["blob:none", "no file contents"],
    ["tree:0", "no trees"],
    ["blob:limit=8", "no large file contents"],
  ] as const) {
    test(`protocol v${protocol}: clone with --filter=${filter} brings ${files}, and fetches them when asked`, async () => {
      const folder = git.newPath("clone");
      const args = ["clone", "--quiet", "--no-checkout", `--filter=${filter}`, repository.url, folder];
      await git.out(args, { protocol });
      assert.equal(await git.out(["rev-list", "--count", "HEAD"], { folder }), "4");
      assert.ok((await missingObjects(folder)) > 0, "something was left out");
      assert.equal(await git.out(["show", "HEAD:deep/er/file.txt"], { folder, protocol }), "deep");
      assert.equal(await git.out(["show", "HEAD~1:file-1.txt"], { folder, protocol }), "content 1");
      await git.out(["checkout", "--quiet", "main"], { folder, protocol });
      assert.equal(await git.out(["status", "--porcelain"], { folder, protocol }), "");
    });
  }
}

test("a push from a partial clone arrives", async () => {
  const folder = git.newPath("clone");
  await git.out(["clone", "--quiet", "--filter=blob:none", repository.url, folder]);
  const tip = await commitFiles(git, folder, { "partial.txt": "partial\n" }, "From a partial clone");
  await git.out(["push", "--quiet", "origin", "main:refs/heads/partial"], { folder });
  assert.equal(
    await git.out(["ls-remote", repository.url, "refs/heads/partial"]),
    `${tip}\trefs/heads/partial`,
  );
});

test("an object id of a commit that a ref reaches can be fetched by itself", async () => {
  const wanted = await git.out(["rev-parse", "main~1"], { folder: origin });
  const folder = git.newPath("by-id");
  await git.out(["init", "--quiet"], { folder });
  const outcome = await git.run(["fetch", "--depth", "1", repository.url, wanted], { folder, protocol: 2 });
  assert.equal(outcome.status, 0, outcome.stderr);
  assert.equal(await git.out(["rev-parse", "FETCH_HEAD"], { folder }), wanted);
});

test("an object id that no repository has is refused", async () => {
  const folder = git.newPath("by-id");
  await git.out(["init", "--quiet"], { folder });
  const outcome = await git.run(["fetch", repository.url, "12".repeat(20)], { folder, protocol: 2 });
  assert.notEqual(outcome.status, 0);
  assert.match(outcome.stderr, /not our ref|1212/);
});

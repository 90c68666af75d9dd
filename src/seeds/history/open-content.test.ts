import assert from "node:assert/strict";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { withContent } from "./open-content.ts";

const git = openRealGit();
const work = git.newPath("work");
const bundle = git.newPath("all.bundle");
const COMMIT = {
  time: new Date("2026-01-01T00:00:00Z"),
  identity: "Ada <ada@example.com>",
  mainBranch: "main",
};

const refsOf = (path: string) =>
  withContent(path, COMMIT, async ({ refs, headBranch, openPack }) => {
    const pack = openPack({ signal: new AbortController().signal });
    let bytes = 0;
    for await (const piece of pack.read()) bytes += piece.length;
    pack.close();
    return { refs: refs.map(({ name, target }) => `${name} ${target}`), headBranch, hasPack: bytes > 32 };
  });

before(async () => {
  await git.out(["init", "-q", work]);
  await git.out(["commit", "-q", "--allow-empty", "-m", "One"], { folder: work });
  await git.out(["tag", "v1"], { folder: work });
  await git.out(["checkout", "-q", "-b", "other"], { folder: work });
  await git.out(["commit", "-q", "--allow-empty", "-m", "Two"], { folder: work });
  await git.out(["checkout", "-q", "main"], { folder: work });
  await git.out(["bundle", "create", "--quiet", bundle, "--all"], { folder: work });
});

test("a repository and a bundle of it have the same refs", async () => {
  const expected = (
    await git.out(["for-each-ref", "--format=%(refname) %(objectname)"], { folder: work })
  ).split("\n");
  assert.deepEqual(await refsOf(work), { refs: expected, headBranch: "main", hasPack: true });
  assert.deepEqual(await refsOf(bundle), { refs: expected, headBranch: "main", hasPack: true });
});

test("a folder becomes the commit that git would make of it", async () => {
  const folder = git.newPath("files");
  await mkdir(join(folder, "a", "b"), { recursive: true });
  await writeFile(join(folder, "a", "b", "run.sh"), "true\n");
  await chmod(join(folder, "a", "b", "run.sh"), 0o755);
  await writeFile(join(folder, "a.txt"), Buffer.from([0, 255, 10]));
  await symlink("a.txt", join(folder, "link"));
  const { refs } = await refsOf(folder);
  await git.out(["init", "-q", folder]);
  await git.out(["add", "-A"], { folder });
  const date = "1767225660 +0000";
  const environment = {
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.com",
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.com",
    GIT_COMMITTER_DATE: date,
  };
  await git.out(["commit", "-q", "-m", "Initial commit"], { folder, environment });
  assert.deepEqual(refs, [`refs/heads/main ${await git.out(["rev-parse", "HEAD"], { folder })}`]);
});

test("what is none of these is refused by its name", async () => {
  const text = git.newPath("text");
  await writeFile(text, "no bundle\n");
  await assert.rejects(refsOf(text), (error) => String(error).includes(`Cannot import ${text}: `));
  await assert.rejects(refsOf(join(text, "nowhere")), /there is neither a file nor a folder/);
  const cut = git.newPath("cut.bundle");
  await git.out(["bundle", "create", "--quiet", cut, "other", "^main"], { folder: work });
  await assert.rejects(refsOf(cut), (error) => String(error).includes(`Cannot import ${cut}: `));
});

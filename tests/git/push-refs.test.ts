import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  NO_OBJECT,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { packOf, rawPushBody, readRawReport, sendRawPush } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();

test("branches, annotated tags, light tags and notes arrive as they are", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  await git.out(["branch", "feature/one"], { folder });
  await git.out(["tag", "light"], { folder });
  await git.out(["tag", "-a", "-m", "An annotated tag", "annotated"], { folder });
  await git.out(["notes", "add", "-m", "A note"], { folder });
  const refs = ["refs/heads/feature/one", "refs/tags/light", "refs/tags/annotated", "refs/notes/commits"];
  await git.out(["push", "--quiet", "origin", ...refs], { folder });
  const held = await serverRefs(git, repository.url);
  for (const name of refs) {
    assert.equal(held.get(name), await git.out(["rev-parse", name], { folder }), name);
  }
  const clone = await cloneOf(git, repository.url);
  assert.equal(await git.out(["cat-file", "-t", "annotated"], { folder: clone }), "tag");
  assert.equal(await git.out(["cat-file", "-t", "light"], { folder: clone }), "commit");
  await git.out(["fetch", "--quiet", "origin", "refs/notes/*:refs/notes/*"], { folder: clone });
  assert.equal(await git.out(["notes", "show"], { folder: clone }), "A note");
});

test("deletes branches and tags, and nothing else", async () => {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  await git.out(["tag", "old"], { folder });
  await git.out(["push", "--quiet", "origin", "main:one", "main:two", "old"], { folder });
  await git.out(["push", "--quiet", "--delete", "origin", "one", "old"], { folder });
  const held = await serverRefs(git, repository.url);
  assert.deepEqual(
    [...held],
    [
      ["refs/heads/main", ids.at(-1)],
      ["refs/heads/two", ids.at(-1)],
    ],
  );
});

test("a push that is not a fast-forward is refused without force and goes through with it", async () => {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  await git.out(["reset", "--quiet", "--hard", "HEAD~1"], { folder });
  const rewritten = await commitFiles(git, folder, { "other.txt": "other\n" }, "Rewritten");
  const refused = await git.run(["push", "origin", "main"], { folder });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /\[rejected\] +main -> main \(non-fast-forward\)/);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), ids.at(-1));
  await git.out(["push", "--quiet", "--force", "origin", "main"], { folder });
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), rewritten);
});

test("--force-with-lease holds when somebody else has pushed", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  const other = await cloneOf(git, repository.url);
  const theirs = await commitFiles(git, other, { "theirs.txt": "theirs\n" }, "Theirs");
  await git.out(["push", "--quiet", "origin", "main"], { folder: other });
  await commitFiles(git, folder, { "mine.txt": "mine\n" }, "Mine");
  const outcome = await git.run(["push", "--force-with-lease", "origin", "main"], { folder });
  assert.equal(outcome.status, 1);
  assert.match(outcome.stderr, /stale info/);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), theirs);
});

test("an empty push says that everything is up to date", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  const before = await serverRefs(git, repository.url);
  const outcome = await git.run(["push", "origin", "main"], { folder });
  assert.equal(outcome.status, 0, outcome.stderr);
  assert.match(outcome.stderr, /Everything up-to-date/);
  assert.deepEqual(await serverRefs(git, repository.url), before);
});

test("push options are accepted", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  const tip = await commitFiles(git, folder, { "option.txt": "option\n" }, "With options");
  const args = ["push", "-o", "ci.skip", "-o", "reviewer=Ünal", "origin", "main"];
  const outcome = await git.run(args, { folder });
  assert.equal(outcome.status, 0, outcome.stderr);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), tip);
});

test("several hundred refs arrive in one push and leave in one", async () => {
  const count = 400;
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  const updates = Array.from({ length: count }, (_, index) => `create refs/tags/many/${index} ${ids[0]}\n`);
  await git.out(["update-ref", "--stdin"], { folder, input: updates.join("") });
  await git.out(["push", "--quiet", "origin", "refs/tags/*"], { folder });
  assert.equal((await serverRefs(git, repository.url)).size, count + 1);
  const clone = await cloneOf(git, repository.url);
  const tags = await git.out(["for-each-ref", "--format=%(objectname)", "refs/tags"], { folder: clone });
  assert.deepEqual(new Set(tags.split("\n")), new Set([ids[0]]));
  const names = Array.from({ length: count }, (_, index) => `:refs/tags/many/${index}`);
  await git.out(["push", "--quiet", "origin", ...names], { folder });
  assert.deepEqual([...(await serverRefs(git, repository.url)).keys()], ["refs/heads/main"]);
});

test("--mirror makes the server hold exactly the refs of the clone", async () => {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  await git.out(["push", "--quiet", "origin", "main:leftover"], { folder });
  await git.out(["remote", "remove", "origin"], { folder });
  await git.out(["tag", "kept"], { folder });
  await git.out(["push", "--quiet", "--mirror", repository.url], { folder });
  const held = await serverRefs(git, repository.url);
  assert.deepEqual([...held.keys()], ["refs/heads/main", "refs/tags/kept"]);
  assert.equal(held.get("refs/tags/kept"), ids.at(-1));
});

test("names of refs and files keep their non-ASCII letters", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  await git.out(["switch", "--quiet", "--create", "größe/日本語-🪣"], { folder });
  await commitFiles(
    git,
    folder,
    { "Übersicht/ファイル 1.txt": "größer\n", "nul\\back.txt": "x\n" },
    "Größe: 日本語",
  );
  await git.out(["tag", "étiquette"], { folder });
  await git.out(["push", "--quiet", "origin", "HEAD", "étiquette"], { folder });
  const held = await serverRefs(git, repository.url);
  assert.ok(held.has("refs/heads/größe/日本語-🪣"));
  assert.ok(held.has("refs/tags/étiquette"));
  const clone = await cloneOf(git, repository.url, ["--branch", "größe/日本語-🪣"]);
  assert.equal(await git.out(["show", "HEAD:Übersicht/ファイル 1.txt"], { folder: clone }), "größer");
  assert.equal(await git.out(["log", "-1", "--format=%s"], { folder: clone }), "Größe: 日本語");
  assert.equal(await git.out(["status", "--porcelain"], { folder: clone }), "");
});

test("a branch below the name of another branch is refused, and so is one above", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  await git.out(["push", "--quiet", "origin", "main:refs/heads/dir/leaf"], { folder });
  for (const name of ["refs/heads/main/sub", "refs/heads/dir"]) {
    const outcome = await git.run(["push", "--porcelain", "origin", `HEAD:${name}`], { folder });
    assert.equal(outcome.status, 1, name);
    assert.match(outcome.stdout, /\[remote rejected\] \(.+\)/, name);
    assert.ok(!(await serverRefs(git, repository.url)).has(name), name);
  }
});

for (const name of [
  "refs/heads/a..b",
  "refs/heads/.hidden",
  "refs/heads/x.lock",
  "refs/heads/x/",
  "refs/heads/a//b",
  "refs/heads/back\\slash",
  "refs/heads/~tilde",
  "refs/heads/colon:name",
  "refs/heads/at@{brace",
  "refs/../escape",
  "main",
  "HEAD",
]) {
  test(`the name ${name}, which git refuses, is refused and made nowhere`, async () => {
    const { repository, folder, ids } = await createFilledRepository(git, pail, { commits: 1 });
    const tip = ids[0] ?? "";
    const body = rawPushBody(
      [{ before: NO_OBJECT, after: tip, name }],
      ["report-status", "side-band-64k", "agent=git/2.39.5"],
      await packOf(git, folder, tip),
    );
    const answer = await sendRawPush(pail, repository.path, body);
    assert.ok(answer.status === 200 || answer.status === 400, `${answer.status}: ${answer.text}`);
    if (answer.status === 200) {
      const report = readRawReport(answer);
      assert.notEqual(report.refs.get(name), "ok", answer.text);
      assert.ok(report.refs.has(name) || report.unpack !== "ok", answer.text);
    }
    assert.deepEqual([...(await serverRefs(git, repository.url)).keys()], ["refs/heads/main"]);
  });
}

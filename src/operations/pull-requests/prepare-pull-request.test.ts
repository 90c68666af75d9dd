import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";
import { type PreparedPullRequest, preparePullRequest, titleOfBranch } from "./prepare-pull-request.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
const { repository } = app;

await commit({ "base.txt": "base\n" }, "Base");
for (const branch of ["one", "feature/PLAT-1-two_commits", "unrelated", "same"])
  await git.out(["branch", branch], { folder });
await git.out(["checkout", "--quiet", "one"], { folder });
await commit({ "one.txt": "one\n" }, "One thing\n\nFor a reason.\n\nAnd another.");
await git.out(["checkout", "--quiet", "feature/PLAT-1-two_commits"], { folder });
await commit({ "two.txt": "two\n" }, "First");
await commit({ "three.txt": "three\n" }, "Second");
await git.out(["checkout", "--quiet", "--orphan", "orphan"], { folder });
await commit({ "orphan.txt": "orphan\n" }, "Orphan");
await git.out(["push", "--quiet", "origin", "--all"], { folder });

async function prepare(source: string, destination = "main"): Promise<PreparedPullRequest> {
  return preparePullRequest(
    app.ports,
    { signal: AbortSignal.timeout(10_000) },
    { repository, branch: source },
    { repository, branch: destination },
    async () => () => {},
  );
}

test("one commit gives title and description", async () => {
  const prepared = await prepare("one");
  assert.equal(prepared.kind, "possible");
  if (prepared.kind !== "possible") return;
  assert.equal(prepared.title, "One thing");
  assert.equal(prepared.description, "For a reason.\n\nAnd another.");
  assert.equal(prepared.commits.length, 1);
});

test("several commits give the branch's name and a list", async () => {
  const prepared = await prepare("feature/PLAT-1-two_commits");
  assert.equal(prepared.kind, "possible");
  if (prepared.kind !== "possible") return;
  assert.equal(prepared.title, "PLAT-1 two commits");
  assert.equal(prepared.description, "* First\n* Second");
});

test("what cannot be asked for is told", async () => {
  assert.deepEqual(await prepare("same"), { kind: "nothing" });
  assert.deepEqual(await prepare("main"), { kind: "nothing" });
  assert.deepEqual(await prepare("orphan"), { kind: "unrelated" });
  assert.deepEqual(await prepare("none"), { kind: "missing", side: "source" });
  assert.deepEqual(await prepare("one", "none"), { kind: "missing", side: "destination" });
  const body = { title: "T", source: { branch: { name: "one" } } };
  const { json } = await rest("POST", "/pullrequests", body);
  assert.deepEqual(await prepare("one"), { kind: "open", id: json.id });
});

for (const [branch, title] of [
  ["feature/retry-on-429", "Retry on 429"],
  ["x", "X"],
  ["---", "---"],
  ["ABC-12", "ABC-12"],
  ["ABC-12-fix__it", "ABC-12 fix it"],
  ["users/a/山田-修正", "山田 修正"],
] as const)
  test(`${branch} is called ${title}`, () => {
    assert.equal(titleOfBranch(branch), title);
  });

// What a team does with pull requests, by real git and REST over a server of its own: pushes move them, comments and
// approvals come in, one is merged over REST, one by a plain push, one meets a conflict and is declined.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openDemoRestClient, valueAt, valuesOf } from "../support/clients/rest-client.ts";
import { commitFiles, createFilledRepository, serverRefs } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { repository, folder } = await createFilledRepository(git, pail, { commits: 2 });
const rest = openDemoRestClient(pail);
const pullRequests = `/repositories/${repository.fullName}/pullrequests`;
const run = (args: readonly string[]) => git.out(args, { folder });
const short = (id: string) => id.slice(0, 12);

/** Commits a file on a branch that begins at `from`, or goes on if there is none, and pushes it. */
async function push(branch: string, files: Readonly<Record<string, string>>, from?: string): Promise<string> {
  await run(["checkout", "--quiet", ...(from === undefined ? [branch] : ["-b", branch, from])]);
  const id = await commitFiles(git, folder, files, `Work on ${branch}`);
  await run(["push", "--quiet", "origin", branch]);
  return id;
}

async function post(path: string, json: object, status: number) {
  const answer = await rest(`${pullRequests}${path}`, {
    method: "POST",
    json: json as Record<string, string>,
  });
  assert.equal(answer.status, status, answer.text);
  return answer.json();
}

async function create(branch: string, title = branch): Promise<number> {
  return Number((await post("", { title, source: { branch: { name: branch } } }, 201)).id);
}

const get = async (path: string) => (await rest(`${pullRequests}${path}`)).json();

test("from its branch to its squash: pushed to, commented on, read as a diff, approved, merged", async () => {
  await push("bar/one", { "one.txt": "one\n" }, "main");
  const id = await create("bar/one");
  assert.equal(await create("bar/one", "the same source and destination"), id);
  const tip = await push("bar/one", { "one.txt": "one\ntwo\n" });
  assert.equal(valueAt(await get(`/${id}`), "source.commit.hash"), short(tip));

  const inline = { path: "one.txt", to: 1 };
  const comment = await post(`/${id}/comments`, { content: { raw: "Why?" }, inline }, 201);
  assert.equal(valueAt(comment, "inline.path"), "one.txt");
  const redirect = await rest(`${pullRequests}/${id}/diff`);
  assert.equal(redirect.status, 302);
  const diff = await rest(redirect.headers.location ?? "");
  assert.match(diff.text, /^\+two$/m);
  assert.equal((await post(`/${id}/approve`, {}, 200)).approved, true);

  const main = await run(["rev-parse", "main"]);
  const merge = { type: "pullrequest_merge", merge_strategy: "squash", close_source_branch: true };
  const merged = await post(`/${id}/merge`, merge, 200);
  assert.equal(merged.state, "MERGED");
  await run(["fetch", "--quiet", "--prune"]);
  assert.equal(await run(["show", "origin/main:one.txt"]), "one\ntwo");
  assert.equal(
    await run(["rev-list", "--parents", "--max-count=1", "origin/main"]),
    `${valueAt(merged, "merge_commit.hash")} ${main}`,
  );
  assert.equal((await serverRefs(git, repository.url)).has("refs/heads/bar/one"), false);

  const activity = valuesOf(await get(`/${id}/activity`));
  assert.ok(activity.every((entry) => valueAt(entry, "pull_request.id") === id));
  const kinds = new Set(activity.flatMap((entry) => Object.keys(entry)));
  assert.deepEqual(kinds, new Set(["pull_request", "update", "approval", "comment"]));
});

test("merged by whoever merges its branch and pushes", async () => {
  await run(["checkout", "--quiet", "main"]);
  await run(["pull", "--quiet", "origin", "main"]);
  await push("bar/two", { "two.txt": "t\n" }, "main");
  const id = await create("bar/two");
  await run(["checkout", "--quiet", "main"]);
  await run(["merge", "--quiet", "--no-ff", "-m", "merged", "bar/two"]);
  await run(["push", "--quiet", "origin", "main"]);
  const merged = await get(`/${id}`);
  assert.equal(merged.state, "MERGED");
  assert.equal(valueAt(merged, "merge_commit.hash"), short(await run(["rev-parse", "main"])));
});

test("with a conflict it is not merged, but declined", async () => {
  await push("bar/three", { "two.txt": "other\n" }, "main~1");
  const id = await create("bar/three");
  const before = await serverRefs(git, repository.url);
  const refusal = await post(`/${id}/merge`, {}, 400);
  assert.equal(valueAt(refusal, "error.message"), "You can't merge until you resolve all merge conflicts.");
  assert.equal((await post(`/${id}/decline`, {}, 200)).state, "DECLINED");
  assert.deepEqual(await serverRefs(git, repository.url), before);
});

test("the merged one with comments is found among all of them", async () => {
  const q = 'state = "MERGED" AND source.branch.name ~ "bar/" AND comment_count > 0';
  const found = valuesOf(await get(`?q=${encodeURIComponent(q)}`));
  assert.deepEqual(
    found.map((each) => valueAt(each, "source.branch.name")),
    ["bar/one"],
  );
});

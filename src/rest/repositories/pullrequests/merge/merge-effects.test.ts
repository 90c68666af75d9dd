import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, ownerOf } from "../../../../../tests/support/clients/rest-callers.ts";
import { startFilledApp } from "../../../../../tests/support/server/filled-app.ts";
import { upsertRepositoryPermission } from "../../../../storage/sql/permissions/permissions.ts";

const filled = await startFilledApp();
const { app, git, folder, rest } = filled;
const owner = await ownerOf(app);
await filled.commit({ "base.txt": "base\n" }, "Base");
await git.out(["push", "--quiet", "origin", "main"], { folder });

/** Pushes a branch with one commit more than another one, and returns that. */
async function pushBranch(name: string, from: string, files: Readonly<Record<string, string>>) {
  await git.out(["checkout", "--quiet", "-B", name, from], { folder });
  const tip = await filled.commit(files, `Work on ${name}`);
  await git.out(["push", "--quiet", "origin", name], { folder });
  return tip;
}

async function open(from: string, into: string, more: object = {}): Promise<number> {
  const branches = { source: { branch: { name: from } }, destination: { branch: { name: into } } };
  const answer = await rest("POST", "/pullrequests", { title: `From ${from}`, ...branches, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
}

async function stateOf(id: number) {
  return (await rest("GET", `/pullrequests/${id}`)).json;
}

test("where the merge is said to conflict, the conflicts are", async () => {
  await pushBranch("theirs", "main", { "base.txt": "theirs\n" });
  await pushBranch("ours", "main", { "base.txt": "ours\n" });
  const id = await open("theirs", "ours");
  const [, , check] = (await rest("GET", `/pullrequests/${id}/mergeability/checks`)).json.values;
  assert.equal(check.reason, "conflicts");
  // fetch follows the redirect.
  const { values } = (await rest("GET", check.links.details.href)).json;
  assert.deepEqual(
    values.map(({ path, scenario }: { path: string; scenario: string }) => [path, scenario]),
    [["base.txt", "content"]],
  );
});

test("webhooks are told of the merge, and of both branches at once", async () => {
  await pushBranch("told", "main", { "told.txt": "told\n" });
  await pushBranch("telling", "main", { "telling.txt": "telling\n" });
  const id = await open("told", "telling", { close_source_branch: true });
  const events = ["repo:push", "pullrequest:fulfilled", "pullrequest:updated"];
  const hook = await rest("POST", "/hooks", { description: "", url: "https://example.com/hook", events });
  assert.equal(hook.status, 201, hook.text);
  const merged = await rest("POST", `/pullrequests/${id}/merge`);
  assert.equal(merged.status, 200, merged.text);
  const rows = await app.ports.database.kysely
    .selectFrom("webhook_delivery")
    .select(["event_key", "event"])
    .orderBy("sequence")
    .execute();
  assert.deepEqual(rows.map((row) => row.event_key).sort(), ["pullrequest:fulfilled", "repo:push"]);
  const event = (key: string) => rows.find((row) => row.event_key === key)!.event!;
  assert.ok(event("pullrequest:fulfilled").includes('"MERGED"'));
  for (const branch of ["told", "telling"])
    assert.ok(event("repo:push").includes(`refs/heads/${branch}`), branch);
  await rest("DELETE", `/hooks/${encodeURIComponent(hook.json.uuid)}`);
});

test("a merge merges what its source contains, and nothing into another branch", async () => {
  await pushBranch("lower", "main", { "lower.txt": "lower\n" });
  await pushBranch("upper", "lower", { "upper.txt": "upper\n" });
  await git.out(["push", "--quiet", "origin", "main:into-one", "main:into-two"], { folder });
  const [lower, upper] = [await open("lower", "into-one"), await open("upper", "into-one")];
  const elsewhere = await open("upper", "into-two");
  const merged = await rest("POST", `/pullrequests/${upper}/merge`);
  assert.equal(merged.status, 200, merged.text);
  const found = await stateOf(lower);
  assert.equal(found.state, "MERGED");
  assert.equal(found.merge_commit.hash, merged.json.merge_commit.hash.slice(0, 12));
  assert.equal((await stateOf(elsewhere)).state, "OPEN");
});

test("a branch to which nobody may push can be merged into", async () => {
  await git.out(["push", "--quiet", "origin", "main:guarded"], { folder });
  await pushBranch("guest", "main", { "guest.txt": "guest\n" });
  const rule = { kind: "push", pattern: "guarded", users: [], groups: [] };
  assert.equal((await rest("POST", "/branch-restrictions", rule)).status, 201);
  const id = await open("guest", "guarded");
  const merged = await rest("POST", `/pullrequests/${id}/merge`);
  assert.equal(merged.status, 200, merged.text);
});

test("default_branch_deletion is what a new pull request begins with", async () => {
  await pushBranch("kept", "main", { "kept.txt": "kept\n" });
  const before = await stateOf(await open("kept", "main"));
  assert.equal(before.close_source_branch, false);
  const settings = { default_branch_deletion: "true" };
  assert.equal((await rest("PUT", "/branching-model/settings", settings)).status, 200);
  await pushBranch("deleted", "main", { "deleted.txt": "deleted\n" });
  const after = await stateOf(await open("deleted", "main"));
  assert.equal(after.close_source_branch, true);
  const asked = await stateOf(await open("deleted", "into-one", { close_source_branch: false }));
  assert.equal(asked.close_source_branch, false);
});

test("open threads on lines hold a merge where all have to be resolved", async () => {
  await git.out(["push", "--quiet", "origin", "main:discussed"], { folder });
  await pushBranch("discussing", "main", { "discussed.txt": "one\ntwo\n" });
  const id = await open("discussing", "discussed");
  for (const kind of ["require_all_comments_resolved", "enforce_merge_checks"])
    assert.equal((await rest("POST", "/branch-restrictions", { kind, pattern: "discussed" })).status, 201);
  const comment = async (body: object) => {
    const answer = await rest("POST", `/pullrequests/${id}/comments`, { content: { raw: "?" }, ...body });
    assert.equal(answer.status, 201, answer.text);
    return answer.json.id;
  };
  const inline = { path: "discussed.txt", to: 1 };
  const thread = await comment({ inline });
  const deleted = await comment({ inline });
  await comment({});
  await comment({ parent: { id: thread } });
  await rest("DELETE", `/pullrequests/${id}/comments/${deleted}`);
  const check = async () => (await rest("GET", `/pullrequests/${id}/mergeability/checks`)).json.values[3];
  assert.equal((await check()).status, "FAILED");
  assert.deepEqual((await check()).observed, { unresolved_comment_count: 1 });
  assert.equal((await rest("POST", `/pullrequests/${id}/merge`)).status, 400);
  assert.equal((await rest("POST", `/pullrequests/${id}/comments/${thread}/resolve`)).status, 200);
  assert.equal((await check()).status, "PASSED");
  assert.equal((await rest("POST", `/pullrequests/${id}/merge`)).status, 200);
});

test("a fork is named in the message, and its branch stays", async () => {
  const forker = await createCaller(app, "forker");
  await app.by.transaction((tx) =>
    upsertRepositoryPermission(tx, app.repository.uuid, forker.account.uuid, "read"),
  );
  const made = await owner.rest("POST", "/repositories/acme/demo/forks", { name: "far" });
  assert.equal(made.status, 201, made.text);
  await git.out(["checkout", "--quiet", "-B", "away", "main"], { folder });
  const tip = await filled.commit({ "away.txt": "away\n" }, "Away");
  await git.out(["push", "--quiet", filled.url.replace("/demo.git", "/far.git"), "away"], { folder });
  const source = { branch: { name: "away" }, repository: { full_name: "acme/far" } };
  const created = await rest("POST", "/pullrequests", { title: "Far", source, close_source_branch: true });
  assert.equal(created.status, 201, created.text);
  const merged = await rest("POST", `/pullrequests/${created.json.id}/merge`);
  assert.equal(merged.status, 200, merged.text);
  assert.match(
    merged.json.merge_commit.message,
    /^Merged in acme\/far\/away \(pull request #\d+\)\n\nFar\n$/,
  );
  assert.equal(merged.json.source.commit.hash, tip.slice(0, 12));
  const branch = await owner.rest("GET", "/repositories/acme/far/refs/branches/away");
  assert.equal(branch.status, 200);
});

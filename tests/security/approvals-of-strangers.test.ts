import assert from "node:assert/strict";
import { before, test } from "node:test";
import { removeMember, setMember } from "../../src/operations/workspaces/workspaces.ts";
import { createCaller, type RestCaller } from "../support/clients/rest-callers.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

/**
 * The attack: whoever may merge needs the approval of somebody else. The repository is public, so a second account of
 * theirs, which nobody has let in, may read it and approve. Or the approval is given for a branch that nobody guards, and
 * the pull request is led to one that is guarded.
 */
const filled = await startFilledApp();
const { app, git, folder, rest } = filled;
const PATH = "/repositories/acme/demo/pullrequests";
let colleague: RestCaller;
let stranger: RestCaller;

before(async () => {
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  await filled.commit({ "a.txt": "a\n" }, "first");
  await git.out(["push", "--quiet", "origin", "main", "main:unguarded"], { folder });
  await git.out(["checkout", "--quiet", "-b", "topic"], { folder });
  await filled.commit({ "b.txt": "b\n" }, "second");
  await git.out(["push", "--quiet", "origin", "topic"], { folder });
  await rest("PUT", "", { is_private: false });
  for (const rule of [
    { kind: "require_approvals_to_merge", pattern: "main", value: 1 },
    { kind: "enforce_merge_checks", pattern: "main" },
    { kind: "reset_pullrequest_approvals_on_change", pattern: "main" },
  ])
    assert.equal((await rest("POST", "/branch-restrictions", rule)).status, 201);
  colleague = await createCaller(app, "colleague");
  await setMember(app.ports, app.by, app.workspace, colleague.account, "member", "read");
  stranger = await createCaller(app, "stranger");
});

async function create(source: string, destination: string): Promise<number> {
  const made = await rest("POST", "/pullrequests", {
    title: source,
    source: { branch: { name: source } },
    destination: { branch: { name: destination } },
  });
  assert.equal(made.status, 201, made.text);
  return made.json.id;
}

async function approvalsCounted(id: number): Promise<number> {
  const { json } = await rest("GET", `/pullrequests/${id}/mergeability/checks`);
  const check = json.values.find((each: { observed?: object }) => "approval_count" in (each.observed ?? {}));
  return check.observed.approval_count;
}

test("a stranger's approval, and that of somebody who has left, count for nothing", async () => {
  const id = await create("topic", "main");
  assert.equal((await stranger.rest("POST", `${PATH}/${id}/approve`)).status, 200);
  assert.equal((await rest("POST", `/pullrequests/${id}/approve`)).status, 200, "nor does the author's");
  assert.equal(await approvalsCounted(id), 0);
  assert.equal((await rest("POST", `/pullrequests/${id}/merge`)).status, 400);
  await colleague.rest("POST", `${PATH}/${id}/approve`);
  assert.equal(await approvalsCounted(id), 1);
  await removeMember(app.by, app.workspace, colleague.account);
  assert.equal(await approvalsCounted(id), 0);
  assert.equal((await rest("POST", `/pullrequests/${id}/merge`)).status, 400);
  await setMember(app.ports, app.by, app.workspace, colleague.account, "member", "read");
  assert.equal((await rest("POST", `/pullrequests/${id}/merge`)).status, 200);
});

test("an approval for a branch that nobody guards does not go along to one that is guarded", async () => {
  await git.out(["checkout", "--quiet", "-B", "harmless", "main"], { folder });
  await filled.commit({ "c.txt": "c\n" }, "harmless there");
  await git.out(["push", "--quiet", "origin", "harmless:unguarded"], { folder });
  await filled.commit({ "d.txt": "d\n" }, "looked at");
  await git.out(["push", "--quiet", "origin", "harmless"], { folder });
  const id = await create("harmless", "unguarded");
  await colleague.rest("POST", `${PATH}/${id}/approve`);
  const moved = await rest("PUT", `/pullrequests/${id}`, { destination: { branch: { name: "main" } } });
  assert.equal(moved.status, 200, moved.text);
  assert.equal(await approvalsCounted(id), 0);
  assert.equal((await rest("POST", `/pullrequests/${id}/merge`)).status, 400);
});

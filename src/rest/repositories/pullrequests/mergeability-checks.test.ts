import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, type RestCaller } from "../../../../tests/support/clients/rest-callers.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import type { PullRequestKey } from "../../../model/pull-request.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { PackStore } from "../../../storage/packs/pack-store.ts";
import { upsertRepositoryPermission } from "../../../storage/sql/permissions/permissions.ts";
import { setParticipant } from "../../../storage/sql/pull-requests/participants.ts";
import { updatePullRequest } from "../../../storage/sql/pull-requests/pull-requests.ts";

const filled = await startFilledApp();
const { app, git, folder, rest } = filled;
await filled.commit({ "base.txt": "base\n" }, "Base");
await git.out(["push", "--quiet", "origin", "main"], { folder });
const reviewer = await createCaller(app, "reviewer");
await app.by.transaction((tx) =>
  upsertRepositoryPermission(tx, app.repository.uuid, reviewer.account.uuid, "read"),
);
let count = 0;

type Opened = PullRequestKey & { readonly into: string; readonly tip: string };

/** A pull request into a branch of its own, which is one commit ahead of it. */
async function openPullRequest(
  files: { readonly source?: string; readonly destination?: string } = {},
  more: object = {},
): Promise<Opened> {
  count += 1;
  const [from, into] = [`from-${count}`, `into-${count}`];
  await git.out(["checkout", "--quiet", "-B", into, "main"], { folder });
  await filled.commit({ "base.txt": files.destination ?? "base\n" }, "Destination");
  await git.out(["checkout", "--quiet", "-B", from, "main"], { folder });
  const tip = await filled.commit({ "base.txt": files.source ?? "base\nmore\n" }, "Source");
  await git.out(["push", "--quiet", "origin", from, into], { folder });
  const body = { title: "T", source: { branch: { name: from } }, destination: { branch: { name: into } } };
  const answer = await rest("POST", "/pullrequests", { ...body, ...more });
  assert.equal(answer.status, 201, answer.text);
  return { repositoryUuid: app.repository.uuid, id: answer.json.id, into, tip };
}

async function restrict(pattern: string, kind: string, value?: number): Promise<void> {
  const rule = { kind, pattern, ...(value === undefined ? {} : { value }) };
  const answer = await rest("POST", "/branch-restrictions", rule);
  assert.equal(answer.status, 201, answer.text);
}

async function checksOf(id: number, query = "") {
  const answer = await rest("GET", `/pullrequests/${id}/mergeability/checks${query}`);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.size, answer.json.values.length);
  return answer.json.values;
}

async function review(key: Opened, { account }: RestCaller, state: "approved" | "changes_requested") {
  const changes = { state, participatedAt: app.ports.clock() };
  await app.by.transaction((tx) => setParticipant(tx, key, account.uuid, changes));
}

async function build(tip: string, key: string, state: string) {
  const body = { key, state, url: "https://example.com/build" };
  const answer = await rest("POST", `/commit/${tip}/statuses/build`, body);
  assert.ok(answer.status < 300, answer.text);
}

const GIT_CLEAN = {
  type: "git_mergeability_check",
  status: "PASSED",
  required: true,
  blocking: false,
  reason: "clean",
};

test("the first three are always there", async () => {
  const { id } = await openPullRequest();
  const passed = { status: "PASSED", required: true, blocking: false };
  assert.deepEqual(await checksOf(id), [
    { type: "pullrequest_state_check", ...passed, state: "OPEN" },
    { type: "current_user_permission_check", ...passed },
    GIT_CLEAN,
  ]);
});

test("conflicts, with where they are", async () => {
  const { id } = await openPullRequest({ source: "source\n", destination: "destination\n" });
  const [, , check] = await checksOf(id);
  assert.equal(check.status, "FAILED");
  assert.equal(check.reason, "conflicts");
  assert.match(check.links.details.href, new RegExp(`/pullrequests/${id}/conflicts$`));
});

test("a draft cannot be merged", async () => {
  const { id } = await openPullRequest({}, { draft: true });
  const [state] = await checksOf(id);
  assert.deepEqual([state.state, state.status, state.blocking], ["DRAFT", "FAILED", true]);
});

test("of one that is closed git is not asked", async () => {
  const { id } = await openPullRequest();
  assert.equal((await rest("POST", `/pullrequests/${id}/decline`)).status, 200);
  const [state, , check] = await checksOf(id);
  assert.equal(state.state, "DECLINED");
  assert.equal(check.status, "UNKNOWN");
  assert.equal("reason" in check, false);
});

/** What each kind asks for, how that is met, and what its check says before and after. */
for (const [kind, value, name, before, satisfy] of [
  [
    "require_approvals_to_merge",
    1,
    "minimum_approvals",
    { requirement: { minimum_approvals: 1 }, observed: { approval_count: 0 } },
    (key: Opened) => review(key, reviewer, "approved"),
  ],
  [
    "require_default_reviewer_approvals_to_merge",
    1,
    "minimum_default_reviewer_approvals",
    {
      requirement: { minimum_default_reviewer_approvals: 1 },
      observed: { default_reviewer_approval_count: 0 },
    },
    async (key: Opened) => {
      const answer = await rest("PUT", `/default-reviewers/${reviewer.uuid}`);
      assert.equal(answer.status, 200, answer.text);
      await review(key, reviewer, "approved");
    },
  ],
  [
    "require_passing_builds_to_merge",
    1,
    "minimum_successful_builds",
    { requirement: { minimum_successful_builds: 1 }, observed: { successful_build_count: 0 } },
    (key: Opened) => build(key.tip, "one", "SUCCESSFUL"),
  ],
  [
    "require_tasks_to_be_completed",
    undefined,
    "resolved_tasks",
    { observed: { unresolved_task_count: 1 } },
    (key: Opened) => setTasks(key, 0),
  ],
  [
    "require_no_changes_requested",
    undefined,
    "no_changes_requested",
    undefined,
    (key: Opened) => review(key, reviewer, "approved"),
  ],
  ["require_commits_behind", 0, "maximum_commits_behind", undefined, updateSource],
] as const) {
  test(`${kind} advises, and holds the merge once it is enforced`, async () => {
    const key = await openPullRequest();
    if (kind === "require_tasks_to_be_completed") await setTasks(key, 1);
    if (kind === "require_no_changes_requested") await review(key, reviewer, "changes_requested");
    await restrict(key.into, kind, value);
    const check = async () =>
      (await checksOf(key.id)).find((one: { check?: { kind: string } }) => one.check?.kind === name);
    const advice = await check();
    assert.deepEqual([advice.status, advice.required, advice.blocking], ["FAILED", false, false]);
    if (before !== undefined) {
      const { requirement, observed } = advice;
      assert.deepEqual(requirement === undefined ? { observed } : { requirement, observed }, before);
    }
    await restrict(key.into, "enforce_merge_checks");
    const enforced = await check();
    assert.deepEqual([enforced.status, enforced.required, enforced.blocking], ["FAILED", true, true]);
    const refused = await rest("POST", `/pullrequests/${key.id}/merge`);
    assert.equal(refused.status, 400, refused.text);
    assert.match(refused.json.error.message, /failed merge checks/);
    await satisfy(key);
    const passed = await check();
    assert.deepEqual([passed.status, passed.required, passed.blocking], ["PASSED", true, false]);
    const merged = await rest("POST", `/pullrequests/${key.id}/merge`);
    assert.equal(merged.status, 200, merged.text);
  });

  test(`${kind} alone does not hold a merge`, async () => {
    const key = await openPullRequest();
    if (kind === "require_tasks_to_be_completed") await setTasks(key, 1);
    if (kind === "require_no_changes_requested") await review(key, reviewer, "changes_requested");
    await restrict(key.into, kind, value);
    assert.equal((await rest("POST", `/pullrequests/${key.id}/merge`)).status, 200);
  });
}

for (const [value, status] of [
  [0, 400],
  [1, 200],
] as const)
  test(`a rule that comes while a merge is made, and permits ${value} commits behind, is obeyed`, async (context) => {
    const key = await openPullRequest();
    const packs = app.ports.packs as { openQuarantine: PackStore["openQuarantine"] };
    const opened = packs.openQuarantine;
    const mocked = context.mock.method(packs, "openQuarantine", async (repository: Uuid) => {
      mocked.mock.restore();
      await restrict(key.into, "require_commits_behind", value);
      await restrict(key.into, "enforce_merge_checks");
      return opened(repository);
    });
    const answer = await rest("POST", `/pullrequests/${key.id}/merge`);
    assert.equal(answer.status, status, answer.text);
  });

test("a failed build and one in progress hold a merge, whatever has passed beside them", async () => {
  const key = await openPullRequest();
  await restrict(key.into, "require_passing_builds_to_merge", 1);
  await restrict(key.into, "enforce_merge_checks");
  await build(key.tip, "good", "SUCCESSFUL");
  for (const [state, kind, status] of [
    ["FAILED", "failed_builds", "FAILED"],
    ["STOPPED", "failed_builds", "FAILED"],
    ["INPROGRESS", "in_progress_builds", "PENDING"],
  ] as const) {
    await build(key.tip, "other", state);
    const checks = (await checksOf(key.id)).slice(3);
    assert.deepEqual(
      checks
        .filter((one: { blocking: boolean }) => one.blocking)
        .map((one: { check: object; status: string }) => [one.check, one.status]),
      [[{ type: "standard_merge_check_definition", kind }, status]],
    );
    assert.equal((await rest("POST", `/pullrequests/${key.id}/merge`)).status, 400);
  }
  await build(key.tip, "other", "SUCCESSFUL");
  assert.equal((await rest("POST", `/pullrequests/${key.id}/merge`)).status, 200);
});

test("the strictest of several rules counts, and none of another branch", async () => {
  const key = await openPullRequest();
  await restrict(key.into, "require_approvals_to_merge", 1);
  await restrict(`${key.into}*`, "require_approvals_to_merge", 3);
  await restrict("elsewhere", "require_tasks_to_be_completed");
  const checks = (await checksOf(key.id)).slice(3);
  assert.deepEqual(
    checks.map((one: { requirement: object }) => one.requirement),
    [{ minimum_approvals: 3 }],
  );
});

test("the author's own approval does not count", async () => {
  const key = await openPullRequest();
  await restrict(key.into, "require_approvals_to_merge", 1);
  await app.by.transaction((tx) => setParticipant(tx, key, app.owner.uuid, { state: "approved" }));
  const [check] = (await checksOf(key.id)).slice(3);
  assert.equal(check.status, "FAILED");
});

test("a filter leaves out what costs", async () => {
  const key = await openPullRequest();
  await restrict(key.into, "require_commits_behind", 0);
  const kinds = async (q: string) =>
    (await checksOf(key.id, `?q=${encodeURIComponent(q)}`)).map(
      (one: { type: string; check?: { kind: string } }) => one.check?.kind ?? one.type,
    );
  const [state, permission] = ["pullrequest_state_check", "current_user_permission_check"];
  const [noGit, noBehind] = ['type!="git_mergeability_check"', 'check.kind!="maximum_commits_behind"'];
  assert.deepEqual(await kinds(noGit), [state, permission, "maximum_commits_behind"]);
  assert.deepEqual(await kinds(noBehind), [state, permission, "git_mergeability_check"]);
  for (const both of [`${noGit} AND ${noBehind}`, `${noBehind} AND ${noGit}`])
    assert.deepEqual(await kinds(both), [state, permission]);
  assert.deepEqual((await kinds("")).length, 4);
  for (const other of ["type=1", `${noGit} OR ${noBehind}`, `${noGit} AND ${noGit}`]) {
    const path = `/pullrequests/${key.id}/mergeability/checks?q=${encodeURIComponent(other)}`;
    assert.equal((await rest("GET", path)).status, 400, other);
  }
});

async function setTasks(key: Opened, taskCount: number): Promise<void> {
  await app.by.transaction((tx) => updatePullRequest(tx, key, { taskCount, updatedAt: app.ports.clock() }));
}

/** Brings the source up to date. */
async function updateSource({ into }: Opened): Promise<void> {
  const from = into.replace("into", "from");
  await git.out(["checkout", "--quiet", from], { folder });
  await git.out(["merge", "--quiet", "-m", "Update", into], { folder });
  await git.out(["push", "--quiet", "origin", from], { folder });
}

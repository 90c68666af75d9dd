import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { createCaller, type RestCaller } from "../support/clients/rest-callers.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const filled = await startFilledApp();
const { app, git, folder } = filled;
const PATH = "/repositories/acme/demo/pullrequests";
const LINES = Array.from({ length: 40 }, (_, index) => `${index}\n`);
let approver: RestCaller;
let critic: RestCaller;
let count = 0;

before(async () => {
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  await filled.commit({ "a.txt": LINES.join("") }, "first");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  approver = await createCaller(app, "approver");
  critic = await createCaller(app, "critic");
  for (const { account } of [approver, critic])
    await setMember(app.ports, app.by, app.workspace, account, "member", "write");
});

/** Only the restrictions that a test sets. */
beforeEach(async () => {
  const { values } = (await filled.rest("GET", "/branch-restrictions?pagelen=100")).json;
  for (const { id } of values) await filled.rest("DELETE", `/branch-restrictions/${id}`);
});

async function restrict(kind: string, match: object = { pattern: "main" }): Promise<void> {
  const made = await filled.rest("POST", "/branch-restrictions", {
    kind,
    branch_match_kind: "glob",
    ...match,
  });
  assert.equal(made.status, 201, made.text);
}

const PLAIN = "reset_pullrequest_approvals_on_change";
const SMART = "smart_reset_pullrequest_approvals";
const CRITICISM = "reset_pullrequest_changes_requested_on_change";

const changed = (line: number, to: string) => LINES.with(line, `${to}\n`).join("");

/** A pull request that changes a line in the middle, reviewed by both. */
async function create(remote = "origin", body: object = {}): Promise<{ id: number; name: string }> {
  count += 1;
  const name = `topic-${count}`;
  await git.out(["checkout", "--quiet", "-B", name, "origin/main"], { folder });
  await filled.commit({ "a.txt": changed(20, name) }, `work on ${name}`);
  await git.out(["push", "--quiet", remote, name], { folder });
  const source = { branch: { name }, ...body };
  const made = await filled.rest("POST", "/pullrequests", { title: name, source });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json;
  assert.equal((await approver.rest("POST", `${PATH}/${id}/approve`)).status, 200);
  assert.equal((await critic.rest("POST", `${PATH}/${id}/request-changes`)).status, 200);
  return { id, name };
}

async function pushMore(name: string, remote = "origin"): Promise<void> {
  await filled.commit({ [`${name}.txt`]: `${name}\n` }, "more");
  await git.out(["push", "--quiet", "--force", remote, name], { folder });
}

/** Who approves, and who requests changes. */
async function reviewsOf(id: number): Promise<readonly [boolean, boolean]> {
  const { participants } = (await filled.rest("GET", `/pullrequests/${id}`)).json;
  assert.equal(participants.length, 2, "whoever has reviewed stays a participant");
  const state = ({ account }: RestCaller) =>
    participants.find(({ user }: { user: { uuid: string } }) => user.uuid === `{${account.uuid}}`).state;
  const { values } = (await filled.rest("GET", `/pullrequests/${id}/activity`)).json;
  const has = (kind: string) => values.some((entry: object) => kind in entry);
  const reviews = [state(approver) === "approved", state(critic) === "changes_requested"] as const;
  assert.deepEqual([has("approval"), has("changes_requested")], reviews, "the activity says the same");
  return reviews;
}

describe("a push to the source", () => {
  for (const [what, kinds, left] of [
    ["keeps reviews without a restriction", [], [true, true]],
    ["ends approvals", [PLAIN], [false, true]],
    ["ends requests for changes", [CRITICISM], [true, false]],
    ["ends both", [PLAIN, CRITICISM], [false, false]],
    ["ends approvals if it changes something else", [PLAIN, SMART], [false, true]],
  ] as const)
    test(what, async () => {
      for (const kind of kinds) await restrict(kind);
      const { id, name } = await create();
      await pushMore(name);
      assert.deepEqual(await reviewsOf(id), left);
    });

  test("ends nothing by restrictions of other branches", async () => {
    await restrict(PLAIN, { pattern: "release/*" });
    const { id, name } = await create();
    await pushMore(name);
    assert.deepEqual(await reviewsOf(id), [true, true]);
  });

  test("ends approvals by a restriction of a type of branches", async () => {
    await filled.rest("PUT", "/branching-model/settings", { development: { use_mainbranch: true } });
    await restrict(PLAIN, {
      pattern: undefined,
      branch_match_kind: "branching_model",
      branch_type: "development",
    });
    const { id, name } = await create();
    await pushMore(name);
    assert.deepEqual(await reviewsOf(id), [false, true]);
  });

  test("of a fork ends approvals too, and keeps them where the diff is the same", async () => {
    await restrict(PLAIN);
    await restrict(SMART);
    assert.equal((await filled.rest("POST", "/forks", { name: "fork" })).status, 201);
    const remote = filled.url.replace("/acme/demo.git", "/acme/fork.git");
    const { id, name } = await create(remote, { repository: { full_name: "acme/fork" } });
    await git.out(["commit", "--quiet", "--amend", "-m", "another message"], { folder });
    await git.out(["push", "--quiet", "--force", remote, name], { folder });
    assert.deepEqual(await reviewsOf(id), [true, true]);
    await pushMore(name, remote);
    assert.deepEqual(await reviewsOf(id), [false, true]);
  });
});

describe("the smart restriction keeps approvals", () => {
  for (const [how, kinds] of [
    ["beside the plain one", [PLAIN, SMART]],
    ["alone", [SMART]],
  ] as const)
    test(`of a source that was rebased, ${how}`, async () => {
      for (const kind of kinds) await restrict(kind);
      const { id, name } = await create();
      await git.out(["checkout", "--quiet", "-B", "main", "origin/main"], { folder });
      await filled.commit({ "b.txt": `${name}\n` }, "elsewhere");
      await git.out(["push", "--quiet", "origin", "main"], { folder });
      await git.out(["checkout", "--quiet", name], { folder });
      await git.out(["rebase", "--quiet", "main"], { folder });
      await git.out(["push", "--quiet", "--force", "origin", name], { folder });
      assert.deepEqual(await reviewsOf(id), [true, true]);
    });

  test("of one that has merged the destination", async () => {
    await restrict(SMART);
    const { id, name } = await create();
    await git.out(["checkout", "--quiet", "-B", "main", "origin/main"], { folder });
    const text = await git.out(["show", "HEAD:a.txt"], { folder });
    await filled.commit({ "a.txt": `above\n${text}\n` }, "a line above");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    await git.out(["checkout", "--quiet", name], { folder });
    await git.out(["merge", "--quiet", "-m", "merge", "main"], { folder });
    await git.out(["push", "--quiet", "origin", name], { folder });
    assert.deepEqual(await reviewsOf(id), [true, true]);
  });
});

describe("another destination", () => {
  /** A branch beside main that has another commit. */
  async function pushRelease(name: string): Promise<void> {
    await git.out(["checkout", "--quiet", "-B", name, "origin/main"], { folder });
    await filled.commit({ [`${name}.txt`]: `${name}\n` }, name);
    await git.out(["push", "--quiet", "origin", name], { folder });
  }

  test("ends reviews of other changes by its own restrictions", async () => {
    await restrict(PLAIN);
    await pushRelease("release-1");
    const made = await create();
    await git.out(["checkout", "--quiet", "-B", "wide", "release-1"], { folder });
    await filled.commit({ "wide.txt": "wide\n" }, "wide");
    await git.out(["push", "--quiet", "origin", "wide"], { folder });
    const wide = await filled.rest("POST", "/pullrequests", {
      title: "wide",
      source: { branch: { name: "wide" } },
      destination: { branch: { name: "release-1" } },
    });
    const { id } = wide.json;
    await approver.rest("POST", `${PATH}/${id}/approve`);
    await critic.rest("POST", `${PATH}/${id}/request-changes`);
    const moved = await filled.rest("PUT", `/pullrequests/${id}`, {
      destination: { branch: { name: "main" } },
    });
    assert.equal(moved.status, 200, moved.text);
    assert.deepEqual(await reviewsOf(id), [false, true]);
    assert.deepEqual(await reviewsOf(made.id), [true, true], "that of others stay");
  });

  test("keeps them if the changes are the same, or without restrictions", async () => {
    await pushRelease("release-2");
    for (const kinds of [[], [PLAIN, CRITICISM]]) {
      for (const kind of kinds) await restrict(kind, { pattern: "*" });
      const { id } = await create();
      const destination = { branch: { name: "release-2" } };
      const moved = await filled.rest("PUT", `/pullrequests/${id}`, { destination });
      assert.equal(moved.status, 200, moved.text);
      assert.deepEqual(await reviewsOf(id), [true, true]);
    }
  });
});

test("approvals against pushes: each is there or was ended, and its activity says the same", async () => {
  await restrict(PLAIN);
  const { id, name } = await create();
  for (let round = 0; round < 5; round += 1) {
    await filled.commit({ [`${name}.txt`]: `${round}\n` }, `round ${round}`);
    const tip = await git.out(["rev-parse", "HEAD"], { folder });
    const [, ...answers] = await Promise.all([
      git.out(["push", "--quiet", "origin", name], { folder }),
      ...[approver, critic].map(({ rest }) => rest("POST", `${PATH}/${id}/approve`)),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    const { json } = await filled.rest("GET", `/pullrequests/${id}`);
    assert.equal(json.source.commit.hash, tip.slice(0, 12));
    const approving = json.participants.filter(({ approved }: { approved: boolean }) => approved).length;
    const { values } = (await filled.rest("GET", `/pullrequests/${id}/activity?pagelen=50`)).json;
    assert.equal(values.filter((entry: object) => "approval" in entry).length, approving);
    assert.equal(values.filter((entry: object) => "update" in entry).length, 2 + round);
  }
});

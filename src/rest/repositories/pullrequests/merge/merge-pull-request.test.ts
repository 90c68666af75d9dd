import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createCaller } from "../../../../../tests/support/clients/rest-callers.ts";
import { startFilledApp } from "../../../../../tests/support/server/filled-app.ts";
import { upsertRepositoryPermission } from "../../../../storage/sql/permissions/permissions.ts";
import { setParticipant } from "../../../../storage/sql/pull-requests/participants.ts";

const filled = await startFilledApp();
let count = 0;

type Sides = { readonly source: string; readonly destination: string; readonly id: number };

/** A pull request between two new branches, which each have a commit of their own unless said otherwise. */
async function openPullRequest(
  options: {
    readonly source?: Readonly<Record<string, string>>;
    readonly destination?: Readonly<Record<string, string>> | "behind";
    readonly more?: object;
  } = {},
): Promise<Sides & { readonly from: string; readonly into: string }> {
  const { git, folder, rest } = filled;
  count += 1;
  const [from, into] = [`from-${count}`, `into-${count}`];
  await git.out(["checkout", "--quiet", "-B", into, "main"], { folder });
  const { destination: changed = { "destination.txt": `${count}\n` } } = options;
  const main = await git.out(["rev-parse", "main"], { folder });
  const destination = changed === "behind" ? main : await filled.commit(changed, "Destination");
  await git.out(["checkout", "--quiet", "-B", from, "main"], { folder });
  await filled.commit(options.source ?? { "first.txt": `${count}\n` }, `First of ${count}`);
  const source = await filled.commit({ "second.txt": `${count}\n` }, `Second of ${count}\n\nIts body.`);
  await git.out(["push", "--quiet", "origin", from, into], { folder });
  const answer = await rest("POST", "/pullrequests", {
    title: `Title ${count}`,
    source: { branch: { name: from } },
    destination: { branch: { name: into } },
    ...options.more,
  });
  assert.equal(answer.status, 201, answer.text);
  return { from, into, source, destination, id: answer.json.id };
}

async function merge(id: number, body?: object, query = "") {
  return filled.rest("POST", `/pullrequests/${id}/merge${query}`, body);
}

/** What a branch is like on the server, by git's own words. */
async function show(branch: string, format: string, ...more: readonly string[]): Promise<string> {
  const { git, folder } = filled;
  await git.out(["fetch", "--quiet", "--prune", "origin"], { folder });
  return git.out(["log", `--format=${format}`, ...more, `origin/${branch}`], { folder });
}

async function stateOf(id: number) {
  return (await filled.rest("GET", `/pullrequests/${id}`)).json;
}

await filled.commit({ "base.txt": "1\n2\n3\n" }, "Base");
await filled.git.out(["push", "--quiet", "origin", "main"], { folder: filled.folder });

describe("a merge", () => {
  test("without a body makes a merge commit, in the name of who merges", async () => {
    const { id, into, from, source, destination } = await openPullRequest();
    const answer = await merge(id);
    assert.equal(answer.status, 200, answer.text);
    const { json } = answer;
    assert.equal(json.state, "MERGED");
    assert.equal(json.closed_by.display_name, "Olive Owner");
    assert.equal(json.destination.commit.hash, destination.slice(0, 12), "as it was before");
    assert.equal(json.source.commit.hash, source.slice(0, 12));
    assert.equal(json.closed_on, json.updated_on);
    const tip = await show(into, "%H", "-1");
    const message = `Merged in ${from} (pull request #${id})\n\nTitle ${count}\n`;
    assert.deepEqual(Object.keys(json.merge_commit).sort(), [
      "author",
      "date",
      "hash",
      "links",
      "message",
      "summary",
      "type",
    ]);
    assert.equal(json.merge_commit.hash, tip);
    assert.equal(json.merge_commit.message, message);
    assert.equal(json.merge_commit.author.user.display_name, "Olive Owner");
    assert.equal(await show(into, "%P", "-1"), `${destination} ${source}`);
    assert.equal(await show(into, "%an %ae %cn", "-1"), "Olive Owner owner@example.com Olive Owner");
    const read = await stateOf(id);
    assert.equal(read.merge_commit.hash, tip.slice(0, 12));
    assert.equal(read.links.diff.href.includes(`${tip.slice(0, 12)}%0D${destination.slice(0, 12)}`), true);
  });

  for (const [strategy, destination, parents, subjects] of [
    ["squash", undefined, ({ destination }: Sides) => destination, "Merged"],
    ["squash_fast_forward", "behind", ({ destination }: Sides) => destination, "Merged"],
    ["fast_forward", "behind", undefined, "Second"],
    ["rebase_fast_forward", undefined, undefined, "Second"],
    ["rebase_merge", undefined, undefined, "Merged"],
  ] as const) {
    test(`${strategy}`, async () => {
      const sides = await openPullRequest(destination === undefined ? {} : { destination });
      const answer = await merge(sides.id, { type: "pullrequest", merge_strategy: strategy });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.state, "MERGED");
      assert.equal(answer.json.merge_commit.hash, await show(sides.into, "%H", "-1"));
      assert.match(await show(sides.into, "%s", "-1"), new RegExp(`^${subjects}`));
      if (parents !== undefined) assert.equal(await show(sides.into, "%P", "-1"), parents(sides));
      if (strategy === "fast_forward") assert.equal(answer.json.merge_commit.hash, sides.source);
      if (strategy.startsWith("squash"))
        assert.match(
          answer.json.merge_commit.message,
          /\n\n\* First of \d+\n\n\* Second of \d+\n\nIts body\.\n$/,
        );
      if (strategy === "rebase_merge")
        assert.equal(
          await show(sides.into, "%s", "--first-parent", "-2"),
          `Merged in ${sides.from} (pull request #${sides.id})\nDestination`,
        );
    });
  }

  test("has the message that it is given, and names who has approved in its own", async () => {
    const given = await openPullRequest();
    const answer = await merge(given.id, { message: "Given\n\ntext", merge_strategy: null });
    assert.equal(answer.json.merge_commit.message, "Given\n\ntext\n");
    const approved = await openPullRequest();
    const reviewer = await createCaller(filled.app, `approver${approved.id}`);
    await approve(approved.id, reviewer.account.uuid);
    const other = await merge(approved.id, { message: "" });
    assert.equal(other.status, 200, other.text);
    assert.ok(other.json.merge_commit.message.endsWith(`\n\nApproved-by: ${reviewer.account.displayName}\n`));
  });

  for (const [why, more, body, isKept] of [
    ["is asked for by the pull request", { close_source_branch: true }, {}, false],
    ["is asked for by the merge", {}, { close_source_branch: true }, false],
    ["is not wanted by the merge", { close_source_branch: true }, { close_source_branch: false }, true],
    ["is asked for by nobody", {}, {}, true],
  ] as const) {
    test(`deletes the source branch if that ${why}`, async () => {
      const { id, from } = await openPullRequest({ more });
      assert.equal((await merge(id, body)).status, 200);
      assert.equal((await filled.rest("GET", `/refs/branches/${from}`)).status, isKept ? 200 : 404);
      assert.equal((await stateOf(id)).source.branch.name, from);
    });
  }

  test("keeps a source branch that a restriction protects", async () => {
    const { id, from } = await openPullRequest();
    const rule = { kind: "delete", pattern: from };
    assert.equal((await filled.rest("POST", "/branch-restrictions", rule)).status, 201);
    assert.equal((await merge(id, { close_source_branch: true })).status, 200);
    assert.equal((await filled.rest("GET", `/refs/branches/${from}`)).status, 200);
  });
});

describe("a merge is refused", () => {
  for (const [why, options, body, fields, message] of [
    [
      "for conflicts",
      { source: { "base.txt": "source\n" }, destination: { "base.txt": "destination\n" } },
      {},
      undefined,
      "You can't merge until you resolve all merge conflicts.",
    ],
    [
      "where a fast-forward is impossible",
      {},
      { merge_strategy: "fast_forward" },
      undefined,
      "Unable to fast forward due to changes in the destination branch.",
    ],
    ["of a draft", { more: { draft: true } }, {}, undefined, "Cannot merge: it is a draft"],
    ["for an unknown strategy", {}, { merge_strategy: "octopus" }, ["merge_strategy"], undefined],
    ["for a message that is too long", {}, { message: "é".repeat(65_537) }, ["message"], undefined],
  ] as const) {
    test(why, async () => {
      const { id, into, destination } = await openPullRequest(options);
      const answer = await merge(id, body);
      assert.equal(answer.status, 400, answer.text);
      if (message !== undefined) assert.equal(answer.json.error.message, message);
      if (fields !== undefined) assert.deepEqual(Object.keys(answer.json.error.fields), fields);
      assert.equal(await show(into, "%H", "-1"), destination, "nothing has changed");
      assert.equal((await stateOf(id)).state, "OPEN");
    });
  }

  test("of what is closed already", async () => {
    for (const close of ["merge", "decline"]) {
      const { id } = await openPullRequest();
      assert.equal((await filled.rest("POST", `/pullrequests/${id}/${close}`)).status, 200);
      const answer = await merge(id);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.error.message, "newstatus: This pull request is already closed.");
      assert.deepEqual(answer.json.error.fields, { newstatus: ["This pull request is already closed."] });
    }
  });

  test("once a branch is gone", async () => {
    for (const side of ["from", "into"] as const) {
      const opened = await openPullRequest();
      await filled.rest("DELETE", `/refs/branches/${opened[side]}`);
      const answer = await merge(opened.id);
      assert.equal(answer.status, 400, answer.text);
    }
  });

  test("to who may only read, and to who is not among those that may merge", async () => {
    const { id, into } = await openPullRequest();
    const reader = await createCaller(filled.app, "reader");
    await filled.app.by.transaction((tx) =>
      upsertRepositoryPermission(tx, filled.app.repository.uuid, reader.account.uuid, "read"),
    );
    const path = `/repositories/acme/demo/pullrequests/${id}/merge`;
    assert.equal((await reader.rest("POST", path)).status, 403);
    const rule = { kind: "restrict_merges", pattern: into, users: [], groups: [] };
    const made = await filled.rest("POST", "/branch-restrictions", rule);
    assert.equal(made.status, 201, made.text);
    const answer = await merge(id);
    assert.equal(answer.status, 403, answer.text);
    assert.match(answer.json.error.message, /only the accounts and groups that it lists may merge/);
    const { values } = (await filled.rest("GET", `/pullrequests/${id}/mergeability/checks`)).json;
    assert.deepEqual(values[1], {
      type: "current_user_permission_check",
      status: "FAILED",
      required: true,
      blocking: true,
    });
  });
});

describe("a merge that nobody waits for", () => {
  async function endOf(location: string) {
    for (;;) {
      const answer = await filled.rest("GET", location);
      if (answer.json?.task_status !== "PENDING") return answer;
      assert.equal(answer.json.links.self.href, location);
      await sleep(20);
    }
  }

  for (const value of ["true", "True", "1"]) {
    test(`is a task: async=${value}`, async () => {
      const { id, destination, source, into } = await openPullRequest();
      const answer = await merge(id, { merge_strategy: "merge_commit" }, `?async=${value}`);
      assert.equal(answer.status, 202, answer.text);
      const location = answer.headers.get("location")!;
      assert.match(location, new RegExp(`/pullrequests/${id}/merge/task-status/[0-9a-f-]{36}$`));
      const done = await endOf(location);
      assert.equal(done.status, 200, done.text);
      assert.equal(done.json.task_status, "SUCCESS");
      assert.equal(done.json.merge_result.state, "MERGED");
      assert.equal(done.json.merge_result.queued, false);
      assert.equal(await show(into, "%P", "-1"), `${destination} ${source}`);
      const again = await endOf(location);
      assert.deepEqual(again.json, done.json, "its outcome can be read again");
    });
  }

  test("fails as a merge does that is waited for", async () => {
    const { id } = await openPullRequest({
      source: { "base.txt": "source\n" },
      destination: { "base.txt": "destination\n" },
    });
    const answer = await merge(id, {}, "?async=true");
    const failed = await endOf(answer.headers.get("location")!);
    assert.equal(failed.status, 400);
    assert.deepEqual(failed.json, (await merge(id)).json);
    assert.equal((await stateOf(id)).queued, false);
  });

  test("is known to its pull request alone", async () => {
    const [one, other] = [await openPullRequest(), await openPullRequest()];
    const location = (await merge(one.id, {}, "?async=true")).headers.get("location")!;
    await endOf(location);
    const wrong = location.replace(`/${one.id}/merge`, `/${other.id}/merge`);
    assert.equal((await filled.rest("GET", wrong)).status, 400);
    const unknown = location.replace(/[^/]+$/, "00000000-0000-4000-8000-000000000000");
    assert.equal((await filled.rest("GET", unknown)).status, 404);
  });
});

async function approve(id: number, accountUuid: Parameters<typeof setParticipant>[2]): Promise<void> {
  const { ports, by, repository } = filled.app;
  const key = { repositoryUuid: repository.uuid, id };
  await by.transaction((tx) =>
    setParticipant(tx, key, accountUuid, { state: "approved", participatedAt: ports.clock() }),
  );
}

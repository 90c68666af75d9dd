import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClientUnderTest, unlessServed } from "./client-under-test.ts";

type Values = {
  readonly values: readonly { readonly id: number; readonly hash: string; readonly key: string }[];
};

/** Pull requests with their reviews, comments, tasks and merges. */
export function callPullRequests(client: ClientUnderTest): void {
  const { app, git, folder, where, call, refuse, reader } = client;
  const { kysely } = app.ports.database;
  const ids = ({ values }: Values) => values.map(({ id }) => id);

  /** A branch with one commit on top of main, pushed, and a pull request of it. */
  async function create(branch: string, body: object = {}) {
    await git.out(["checkout", "--quiet", "-B", branch, "main"], { folder });
    const tip = await client.commit({ [`${branch}.txt`]: "one\ntwo\n" }, `Work on ${branch}`);
    await git.out(["push", "--quiet", "origin", branch], { folder });
    await git.out(["checkout", "--quiet", "main"], { folder });
    const _body = { title: branch, source: { branch: { name: branch } }, ...body };
    const made = await call("pullrequests.create", { ...where, _body });
    assert.equal(made.status, 201);
    return { tip, id: made.data.id as number, at: { ...where, pull_request_id: made.data.id as number } };
  }

  async function row(id: number) {
    const columns = ["title", "state", "reason"] as const;
    return kysely.selectFrom("pull_request").select(columns).where("id", "=", id).executeTakeFirst();
  }

  test("the client creates, reads, lists, changes and declines a pull request", async () => {
    const { id, at, tip } = await create("life");
    assert.equal((await call("pullrequests.get", at)).data.source.commit.hash, tip.slice(0, 12));
    const q = 'source.branch.name = "life"';
    assert.deepEqual(ids((await call("pullrequests.list", { ...where, q, state: "OPEN" })).data), [id]);
    assert.ok(ids((await call("pullrequests.listForCommit", { ...where, commit: tip })).data).includes(id));
    await call("pullrequests.update", { ...at, _body: { title: "Renamed" } });
    assert.deepEqual(await row(id), { title: "Renamed", state: "OPEN", reason: "" });
    await call("pullrequests.decline", { ...at, _body: { message: "Not now" } });
    assert.deepEqual(await row(id), { title: "Renamed", state: "DECLINED", reason: "Not now" });
    assert.equal(await refuse("pullrequests.update", { ...at, _body: { title: "No" } }), 400);
    const closed = { ...where, q: 'state = "DECLINED" AND title ~ "ren"' };
    assert.deepEqual(ids((await call("pullrequests.list", closed)).data), [id]);
  });

  test("the client follows a pull request to its diff, diffstat and patch, and reads its commits and statuses", async () => {
    const { at, tip } = await create("read");
    assert.match((await call("pullrequests.getDiff", at)).data, /^\+two$/m);
    assert.match((await call("pullrequests.getPatch", at)).data, /^Subject: \[PATCH\] Work on read$/m);
    const stat = await call("pullrequests.getDiffStat", at);
    assert.deepEqual(stat.data.values[0].new.path, "read.txt");
    const commits: Values = (await call("pullrequests.listCommits", at)).data;
    assert.deepEqual(
      commits.values.map(({ hash }) => hash),
      [tip],
    );
    const _body = { key: "build", state: "SUCCESSFUL", url: "https://ci.example.com/1" };
    await call("commitstatuses.createBuildStatus", { ...where, commit: tip, _body });
    const statuses: Values = (await call("pullrequests.listStatuses", at)).data;
    assert.deepEqual(
      statuses.values.map(({ key }) => key),
      ["build"],
    );
  });

  test("the client approves and requests changes, takes both back, and reads the activity", async () => {
    const { id, at } = await create("reviewed");
    const states = () =>
      kysely
        .selectFrom("pull_request_participant")
        .select(["account_uuid", "state"])
        .where("pull_request_id", "=", id)
        .execute();
    const account_uuid = app.owner.uuid;
    assert.equal((await call("pullrequests.createApproval", at)).data.approved, true);
    assert.deepEqual(await states(), [{ account_uuid, state: "approved" }]);
    const activity = (await call("pullrequests.listActivities", at)).data.values;
    assert.deepEqual(
      activity.map((entry: object) => Object.keys(entry).find((key) => key !== "pull_request")),
      ["approval", "update"],
    );
    const all = (await call("pullrequests.listActivitiesForRepo", where)).data.values;
    assert.deepEqual(all.slice(0, 2), activity);
    assert.equal((await call("pullrequests.deleteApproval", at)).status, 204);
    assert.deepEqual(
      (await states()).filter(({ state }) => state !== null),
      [],
    );
    assert.equal((await call("pullrequests.addChangeRequest", at)).data.state, "changes_requested");
    assert.deepEqual(await states(), [{ account_uuid, state: "changes_requested" }]);
    assert.equal((await call("pullrequests.deleteChangeRequest", at)).status, 204);
    assert.deepEqual(
      (await states()).filter(({ state }) => state !== null),
      [],
    );
  });

  test("the client comments on a line, reads, lists, changes, resolves, reopens and deletes the comment", {
    skip: unlessServed(
      "POST /repositories/{}/{}/pullrequests/{}/comments",
      "POST /repositories/{}/{}/pullrequests/{}/comments/{}/resolve",
    ),
  }, async () => {
    const { at } = await create("commented");
    const inline = { path: "commented.txt", to: 2 };
    const _body = { content: { raw: "First" }, inline };
    const made = await call("pullrequests.createComment", { ...at, _body });
    assert.equal(made.status, 201);
    const one = { ...at, comment_id: made.data.id };
    assert.equal((await call("pullrequests.getComment", one)).data.inline.to, 2);
    assert.deepEqual(ids((await call("pullrequests.listComments", at)).data), [made.data.id]);
    await call("pullrequests.updateComment", { ...one, _body: { content: { raw: "Second" } } });
    const resolved = await call("pullrequests.resolveComment", one);
    assert.deepEqual([resolved.status, resolved.data.type], [200, "comment_resolution"]);
    assert.equal(await refuse("pullrequests.resolveComment", one), 409);
    const read = (await call("pullrequests.getComment", one)).data;
    assert.deepEqual([read.content.raw, read.resolution.type], ["Second", "comment_resolution"]);
    assert.equal((await call("pullrequests.reopenComment", one)).status, 204);
    assert.equal((await call("pullrequests.get", at)).data.comment_count, 1);
    assert.equal((await call("pullrequests.deleteComment", one)).status, 204);
    assert.equal((await call("pullrequests.listComments", at)).data.values[0].deleted, true);
  });

  test("the client creates, reads, lists, resolves and deletes a task", {
    skip: unlessServed("POST /repositories/{}/{}/pullrequests/{}/tasks"),
  }, async () => {
    const { at } = await create("tasked");
    const openTasks = async () => (await call("pullrequests.get", at)).data.task_count;
    const made = await call("pullrequests.createTask", { ...at, _body: { content: { raw: "Do it" } } });
    assert.equal(made.status, 201);
    assert.equal(await openTasks(), 1);
    const one = { ...at, task_id: made.data.id };
    assert.equal((await call("pullrequests.getTask", one)).data.content.raw, "Do it");
    assert.deepEqual(ids((await call("pullrequests.listTasks", at)).data), [made.data.id]);
    const done = (await call("pullrequests.updateTask", { ...one, _body: { state: "RESOLVED" } })).data;
    assert.deepEqual([done.state, done.resolved_by.uuid], ["RESOLVED", `{${app.owner.uuid}}`]);
    assert.equal(await openTasks(), 0);
    assert.equal((await call("pullrequests.deleteTask", one)).status, 204);
    assert.equal(await refuse("pullrequests.getTask", one), 404);
  });

  test("the client merges a pull request, at once and as a task", {
    skip: unlessServed("POST /repositories/{}/{}/pullrequests/{}/merge"),
  }, async () => {
    const { id, at, tip } = await create("merged");
    const _body = { merge_strategy: "squash", close_source_branch: true, message: "By the client" };
    const merged = await call("pullrequests.merge", { ...at, _body });
    assert.deepEqual([merged.status, merged.data.state], [200, "MERGED"]);
    assert.equal((await row(id))?.state, "MERGED");
    await git.out(["pull", "--quiet", "--prune", "origin", "main"], { folder });
    assert.equal(await git.out(["log", "-1", "--format=%s"], { folder }), "By the client");
    assert.equal(await git.out(["show", "main:merged.txt"], { folder }), "one\ntwo");
    assert.equal(await git.out(["ls-remote", "origin", "merged"], { folder }), "");
    assert.ok(ids((await call("pullrequests.listForCommit", { ...where, commit: tip })).data).includes(id));

    const later = await create("later");
    const queued = await call("pullrequests.merge", { ...later.at, async: true });
    assert.equal(queued.status, 202);
    const task_id = queued.headers.location?.split("/").at(-1);
    const status = async () => (await call("pullrequests.getMergeTaskStatus", { ...later.at, task_id })).data;
    let told = await status();
    while (told.task_status === "PENDING") told = await status();
    assert.deepEqual([told.task_status, told.merge_result.state], ["SUCCESS", "MERGED"]);
    await git.out(["pull", "--quiet", "origin", "main"], { folder });
  });

  test("the client adds, reads, lists and deletes a default reviewer of a repository", async () => {
    const rows = () => kysely.selectFrom("repository_default_reviewer").select("account_uuid").execute();
    await call("repositories.updateUserPermission", {
      ...where,
      selected_user_id: `{${reader.uuid}}`,
      _body: { permission: "read" },
    });
    const one = { ...where, target_username: `{${reader.uuid}}` };
    assert.equal((await call("pullrequests.addDefaultReviewer", one)).status, 200);
    assert.deepEqual(await rows(), [{ account_uuid: reader.uuid }]);
    assert.equal((await call("pullrequests.getDefaultReviewer", one)).data.uuid, one.target_username);
    assert.equal((await call("pullrequests.listDefaultReviewers", where)).data.values.length, 1);
    const [effective] = (await call("repositories.listEffectiveDefaultReviewers", where)).data.values;
    assert.deepEqual([effective.reviewer_type, effective.user.uuid], ["repository", one.target_username]);
    assert.equal((await call("pullrequests.deleteDefaultReviewer", one)).status, 204);
    assert.deepEqual(await rows(), []);
    await call("repositories.deleteUserPermission", { ...where, selected_user_id: `{${reader.uuid}}` });
  });
}

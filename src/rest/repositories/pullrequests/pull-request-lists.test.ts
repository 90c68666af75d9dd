import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createCaller, type RestCaller } from "../../../../tests/support/clients/rest-callers.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";

const filled = await startFilledApp();
const { app, git, folder } = filled;
let main: string;
let member: RestCaller;

before(async () => {
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  main = await filled.commit({ "a.txt": "one\n" }, "first");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  member = await createCaller(app, "member");
  await setMember(app.ports, app.by, app.workspace, member.account, "member", "write");
});

type Caller = Pick<RestCaller, "rest">;
const owner: Caller = {
  rest: (method, path, body) => filled.rest(method, `/../../../${path.slice(1)}`, body),
};

async function push(name: string, commits: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= commits; number += 1)
    ids.unshift(await filled.commit({ [`${name}-${number}.txt`]: `${number}\n` }, `${name} ${number}`));
  await git.out(["push", "--quiet", "--force", "origin", name], { folder });
  return ids;
}

/** With its commits, newest first. */
async function create(name: string, commits = 1, body: object = {}, by: Caller = owner) {
  await git.out(["checkout", "--quiet", "-B", name, main], { folder });
  const ids = await push(name, commits);
  const path = "/repositories/acme/demo/pullrequests";
  const made = await by.rest("POST", path, { title: name, source: { branch: { name } }, ...body });
  assert.equal(made.status, 201, made.text);
  return { id: made.json.id as number, ids };
}

async function get(path: string) {
  const answer = await filled.rest("GET", path);
  assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  return answer.json;
}

const hashes = (page: { readonly values: readonly { readonly hash: string }[] }) =>
  page.values.map(({ hash }) => hash);
const idsOf = (page: { readonly values: readonly { readonly id: number }[] }) =>
  page.values.map(({ id }) => id);

describe("the commits of a pull request", () => {
  test("are those that the destination lacks, newest first, ten on a page, without a size", async () => {
    const { id, ids } = await create("commits", 12);
    const page = await get(`/pullrequests/${id}/commits`);
    assert.deepEqual(Object.keys(page).sort(), ["next", "pagelen", "values"]);
    assert.deepEqual([page.pagelen, hashes(page)], [10, ids.slice(0, 10)]);
    assert.ok(page.next.startsWith(`${app.url}/2.0/repositories/acme/demo/pullrequests/${id}/commits?`));
    // What is pushed meanwhile moves nothing to the next page.
    await push("commits", 1);
    const second = await get(page.next);
    assert.deepEqual(hashes(second), ids.slice(10));
    assert.equal(second.next, undefined);
    assert.equal(hashes(await get(`/pullrequests/${id}/commits?pagelen=20`)).length, 13);
  });

  test("of a closed one stay as they were", async () => {
    const { id, ids } = await create("frozen", 2);
    await git.out(["checkout", "--quiet", "main"], { folder });
    await git.out(["merge", "--quiet", "--no-ff", "-m", "merged", "frozen"], { folder });
    main = await git.out(["rev-parse", "HEAD"], { folder });
    await git.out(["push", "--quiet", "origin", "main", ":frozen"], { folder });
    assert.equal((await get(`/pullrequests/${id}`)).state, "MERGED");
    assert.deepEqual(hashes(await get(`/pullrequests/${id}/commits`)), ids);
  });

  test("are none once the branch of an open one is gone, and are there again with it", async () => {
    const { id, ids } = await create("gone", 1);
    await git.out(["push", "--quiet", "origin", ":gone"], { folder });
    assert.deepEqual(hashes(await get(`/pullrequests/${id}/commits`)), []);
    await git.out(["push", "--quiet", "origin", "gone"], { folder });
    assert.deepEqual(hashes(await get(`/pullrequests/${id}/commits`)), ids);
  });

  test("have a cursor that must be one of them", async () => {
    const { id } = await create("cursor");
    assert.equal((await filled.rest("GET", `/pullrequests/${id}/commits?ctx=x`)).status, 400);
  });
});

describe("the statuses of a pull request", () => {
  test("are those of the tip of its source, whatever form of the hash they were sent with", async () => {
    const { id, ids } = await create("statuses", 2);
    const [tip, older] = ids as [string, string];
    const status = (key: string, more = {}) => ({
      key,
      state: "SUCCESSFUL",
      url: "https://ci.example.com/",
      ...more,
    });
    await filled.rest("POST", `/commit/${tip}/statuses/build`, status("whole", { refname: "statuses" }));
    await filled.rest("POST", `/commit/${tip.slice(0, 12)}/statuses/build`, status("short"));
    await filled.rest("POST", `/commit/${older}/statuses/build`, status("older"));
    const page = await get(`/pullrequests/${id}/statuses`);
    assert.deepEqual([page.pagelen, page.size], [30, 2]);
    assert.deepEqual(
      page.values.map((each: { key: string; refname: string | null }) => [each.key, each.refname]),
      [
        ["whole", "statuses"],
        ["short", null],
      ],
    );
    assert.deepEqual(Object.keys(page.values[0].commit).sort(), ["hash", "links", "type"]);
    assert.equal((await get(`/pullrequests/${id}/statuses?pagelen=100&sort=key`)).values[0].key, "short");
    assert.equal((await get(`/pullrequests/${id}/statuses?q=key="whole"`)).size, 1);
    await push("statuses", 1);
    assert.equal((await get(`/pullrequests/${id}/statuses`)).size, 0);
  });
});

describe("the activity", () => {
  test("tells what has happened, newest first", async () => {
    const { id } = await create("activity", 1, { description: "before" });
    await push("activity", 1);
    const reviewers = [{ uuid: `{${member.account.uuid}}` }];
    await filled.rest("PUT", `/pullrequests/${id}`, { title: "New", description: "after", reviewers });
    await member.rest("POST", `/repositories/acme/demo/pullrequests/${id}/approve`);
    await filled.rest("POST", `/pullrequests/${id}/decline`, { message: "no" });
    const page = await get(`/pullrequests/${id}/activity`);
    assert.deepEqual(Object.keys(page).sort(), ["pagelen", "values"]);
    assert.equal(page.pagelen, 20);
    const [declined, approval, edited, pushed, created] = page.values;
    assert.equal(page.values.length, 5);
    for (const { pull_request } of page.values)
      assert.deepEqual(
        [Object.keys(pull_request).sort(), pull_request.id, pull_request.title],
        [["draft", "id", "links", "title", "type"], id, "New"],
      );
    assert.deepEqual(
      [declined.update.state, declined.update.reason, declined.update.changes],
      ["DECLINED", "no", { status: { old: "open", new: "rejected" } }],
    );
    assert.deepEqual(Object.keys(approval).sort(), ["approval", "pull_request"]);
    assert.deepEqual(Object.keys(approval.approval).sort(), ["date", "pullrequest", "user"]);
    assert.equal(approval.approval.user.uuid, `{${member.account.uuid}}`);
    const { changes } = edited.update;
    assert.deepEqual(changes.title, { old: "activity", new: "New" });
    assert.deepEqual(changes.description, { old: "before", new: "after" });
    assert.deepEqual(
      [changes.reviewers.added[0].uuid, changes.reviewers.removed],
      [`{${member.account.uuid}}`, []],
    );
    assert.deepEqual([pushed.update.state, pushed.update.changes], ["OPEN", {}]);
    assert.notEqual(pushed.update.source.commit.hash, created.update.source.commit.hash);
    assert.deepEqual(Object.keys(created.update).sort(), [
      ...["author", "changes", "date", "description", "destination", "draft", "reason", "reviewers"],
      ...["source", "state", "title"],
    ]);
    assert.deepEqual(created.update.changes, {});
    assert.equal(created.update.source.branch.name, "activity");
    assert.equal(created.update.source.commit.hash.length, 12);
    assert.equal(created.update.author.uuid, `{${app.owner.uuid}}`);
  });

  test("of a pull request and of all goes on behind what was shown", async () => {
    const { id } = await create("pages");
    for (let number = 1; number <= 4; number += 1)
      await filled.rest("PUT", `/pullrequests/${id}`, { title: `pages ${number}` });
    for (const path of [`/pullrequests/${id}/activity`, "/pullrequests/activity"]) {
      const first = await get(`${path}?pagelen=2`);
      await filled.rest("PUT", `/pullrequests/${id}`, { description: `${path}` });
      const second = await get(first.next);
      const titles = [...first.values, ...second.values].map(({ update }) => update.title);
      assert.deepEqual(titles.slice(0, 2), ["pages 4", path.includes(`${id}`) ? "pages 3" : "pages 4"]);
      assert.equal(new Set([...first.values, ...second.values].map((each) => JSON.stringify(each))).size, 4);
    }
    const { values } = await get("/pullrequests/activity?pagelen=50");
    assert.ok(new Set(values.map((each: { pull_request: { id: number } }) => each.pull_request.id)).size > 1);
    assert.equal((await filled.rest("GET", "/pullrequests/activity?ctx=x")).status, 400);
    assert.equal((await filled.rest("GET", "/pullrequests/activity?pagelen=51")).status, 400);
  });
});

describe("the activity has comments", () => {
  test("as they are now: edited, resolved or deleted, and none that is pending", async () => {
    const { id } = await create("comments");
    const path = `/pullrequests/${id}/comments`;
    const inline = { path: "comments-1.txt", to: 1 };
    const first = await filled.rest("POST", path, { content: { raw: "first" }, inline });
    assert.equal(first.status, 201, first.text);
    const second = await filled.rest("POST", path, { content: { raw: "second" } });
    await filled.rest("POST", path, { content: { raw: "third" }, pending: true });
    await filled.rest("PUT", `${path}/${first.json.id}`, { content: { raw: "edited" } });
    await filled.rest("DELETE", `${path}/${second.json.id}`);
    for (const list of [`/pullrequests/${id}/activity`, "/pullrequests/activity"]) {
      const { values } = await get(list);
      const comments = values
        .filter((entry: { pull_request: { id: number } }) => entry.pull_request.id === id)
        .flatMap((entry: { comment?: object }) => entry.comment ?? []);
      assert.deepEqual(
        comments.map((comment: { content: { raw: string }; deleted: boolean }) => [
          comment.content.raw,
          comment.deleted,
        ]),
        [
          ["", true],
          ["edited", false],
        ],
      );
      assert.deepEqual(comments[1], await get(`${path}/${first.json.id}`));
      assert.deepEqual([comments[1].inline.outdated, comments[1].inline.context_lines], [false, ""]);
    }
  });
});

describe("the pull requests of a commit", () => {
  test("are those that bring it, in any state, and the one that merged with it", async () => {
    const { id, ids } = await create("bringing", 2);
    const [tip, first] = ids as [string, string];
    await git.out(["checkout", "--quiet", "-B", "bringing-too", first], { folder });
    const [other] = await push("bringing-too", 1);
    const second = await filled.rest("POST", "/pullrequests", {
      title: "Too",
      source: { branch: { name: "bringing-too" } },
    });
    const both = [second.json.id, id];
    assert.deepEqual(idsOf(await get(`/commit/${first}/pullrequests`)), both);
    assert.deepEqual(idsOf(await get(`/commit/${first.slice(0, 12)}/pullrequests`)), both);
    assert.deepEqual(idsOf(await get(`/commit/${tip}/pullrequests`)), [id]);
    assert.deepEqual(idsOf(await get(`/commit/${other}/pullrequests`)), [second.json.id]);
    assert.deepEqual(idsOf(await get(`/commit/${main}/pullrequests`)).includes(id), false);
    await filled.rest("POST", `/pullrequests/${second.json.id}/decline`);
    await git.out(["checkout", "--quiet", "main"], { folder });
    await git.out(["merge", "--quiet", "--no-ff", "-m", "merged", "bringing"], { folder });
    main = await git.out(["rev-parse", "HEAD"], { folder });
    await git.out(["push", "--quiet", "origin", "main", ":bringing"], { folder });
    assert.deepEqual(idsOf(await get(`/commit/${main}/pullrequests`)), [id]);
    assert.deepEqual(new Set(idsOf(await get(`/commit/${first}/pullrequests`))), new Set(both));
    const page = await get(`/commit/${first}/pullrequests?pagelen=1&page=2`);
    assert.deepEqual([page.size, page.page, page.values.length], [2, 2, 1]);
  });

  test("are not found for an unknown commit", async () => {
    assert.equal((await filled.rest("GET", `/commit/${"0".repeat(40)}/pullrequests`)).status, 404);
  });
});

describe("the pull requests of a user in a workspace", () => {
  test("are those that they created, where the caller may look", async () => {
    const hidden = await filled.rest("POST", "/../hidden", { project: { key: app.project.key } });
    assert.equal(hidden.status, 200, hidden.text);
    const { id } = await create("by-member", 1, {}, member);
    const path = "/workspaces/acme/pullrequests";
    for (const name of [member.uuid, member.account.accountId, "member"]) {
      const found = await member.rest("GET", `${path}/${name}`);
      assert.deepEqual([found.status, idsOf(found.json)], [200, [id]], name);
    }
    const mine = await owner.rest("GET", `${path}/%7B${app.owner.uuid}%7D?pagelen=50&state=MERGED`);
    assert.ok(mine.json.size >= 1);
    assert.ok(mine.json.values.every((each: { state: string }) => each.state === "MERGED"));
    const filtered = await owner.rest("GET", `${path}/${member.uuid}?q=title="by-member"`);
    assert.deepEqual(idsOf(filtered.json), [id]);
    const whole = await owner.rest("GET", `${path}/${member.uuid}?fields=%2Bvalues.reviewers`);
    assert.deepEqual(whole.json.values[0].reviewers, []);
    const outsider = await createCaller(app, "outsider");
    await setMember(app.ports, app.by, app.workspace, outsider.account, "member", "none");
    assert.equal((await outsider.rest("GET", `${path}/${member.uuid}`)).json.size, 0);
    assert.equal((await owner.rest("GET", `${path}/nobody`)).status, 404);
    assert.equal((await owner.rest("GET", `${path}/${member.uuid}?pagelen=51`)).status, 400);
  });
});

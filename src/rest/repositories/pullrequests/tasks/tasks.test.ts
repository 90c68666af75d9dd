import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { startFilledApp } from "../../../../../tests/support/server/filled-app.ts";
import { addPerson } from "../../../../../tests/support/server/people.ts";

const filled = await startFilledApp();
const { git, folder } = filled;
const who: Record<string, Awaited<ReturnType<typeof addPerson>>> = {};
let path = "";

before(async () => {
  for (const [name, permission] of [
    ["reader", "read"],
    ["writer", "write"],
  ] as const)
    who[name] = await addPerson(filled.app, name, permission);
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  await filled.commit({ "a.txt": "one\n" }, "first");
  await git.out(["checkout", "--quiet", "-b", "topic"], { folder });
  await filled.commit({ "b.txt": "one\n" }, "second");
  await git.out(["push", "--quiet", "origin", "main", "topic"], { folder });
  const made = await filled.rest("POST", "/pullrequests", {
    title: "Title",
    source: { branch: { name: "topic" } },
  });
  path = `/pullrequests/${made.json.id}`;
});

async function create(body: object = {}, by = filled.rest) {
  const answer = await by("POST", `${path}/tasks`, { content: { raw: "to do" }, ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

async function pullRequest() {
  return (await filled.rest("GET", path)).json;
}

describe("a task", () => {
  test("has the keys of the recordings and no type, and is counted while it is open", async () => {
    const { task_count: before } = await pullRequest();
    const answer = await who.reader!("POST", `${path}/tasks`, { content: { raw: "*do*" } });
    assert.equal(answer.status, 201, answer.text);
    const { json } = answer;
    assert.equal(answer.headers.get("location"), json.links.self.href);
    assert.deepEqual(Object.keys(json).toSorted(), [
      "content",
      "created_on",
      "creator",
      "id",
      "links",
      "pending",
      "resolved_by",
      "resolved_on",
      "state",
      "updated_on",
    ]);
    assert.equal(json.state, "UNRESOLVED");
    assert.equal(json.content.html, "<p><em>do</em></p>");
    assert.deepEqual([json.resolved_on, json.resolved_by, json.pending], [null, null, false]);
    const after = await pullRequest();
    assert.equal(after.task_count, before + 1);
    assert.equal(after.updated_on, json.created_on);
    assert.deepEqual((await filled.rest("GET", `${path}/tasks/${json.id}`)).json, json);
  });

  test("hangs on a comment, and stays when that is deleted", async () => {
    const comment = await filled.rest("POST", `${path}/comments`, { content: { raw: "x" } });
    const { id } = comment.json;
    const task = await create({ comment: { id } });
    assert.equal(task.comment.id, id);
    assert.equal(task.comment.links.self.href, comment.json.links.self.href);
    await filled.rest("DELETE", `${path}/comments/${id}`);
    assert.equal("comment" in (await filled.rest("GET", `${path}/tasks/${task.id}`)).json, false);
  });

  test("is resolved and reopened by anybody who sees it", async () => {
    const { id } = await create();
    const before = (await pullRequest()).task_count;
    const resolved = await who.reader!("PUT", `${path}/tasks/${id}`, { state: "RESOLVED" });
    assert.equal(resolved.status, 200, resolved.text);
    assert.equal(resolved.json.state, "RESOLVED");
    assert.equal(resolved.json.resolved_by.nickname, "reader");
    assert.equal(resolved.json.resolved_on, resolved.json.updated_on);
    assert.equal((await pullRequest()).task_count, before - 1);
    const again = await filled.rest("PUT", `${path}/tasks/${id}`, { state: "RESOLVED" });
    assert.equal(again.json.resolved_by.nickname, "reader");
    assert.equal(again.json.resolved_on, resolved.json.resolved_on);
    assert.equal((await pullRequest()).task_count, before - 1);
    const reopened = await filled.rest("PUT", `${path}/tasks/${id}`, { state: "UNRESOLVED" });
    assert.deepEqual([reopened.json.resolved_on, reopened.json.resolved_by], [null, null]);
    assert.equal((await pullRequest()).task_count, before);
  });

  test("is changed and deleted by its creator and by who may write", async () => {
    const { id } = await create({}, who.writer);
    assert.equal((await who.reader!("PUT", `${path}/tasks/${id}`, { content: { raw: "no" } })).status, 403);
    assert.equal((await who.reader!("DELETE", `${path}/tasks/${id}`)).status, 403);
    const changed = await filled.rest("PUT", `${path}/tasks/${id}`, { content: { raw: "other" } });
    assert.equal(changed.json.content.raw, "other");
    const before = (await pullRequest()).task_count;
    assert.equal((await who.writer!("DELETE", `${path}/tasks/${id}`)).status, 204);
    assert.equal((await pullRequest()).task_count, before - 1);
    for (const method of ["GET", "PUT", "DELETE"])
      assert.equal(
        (await filled.rest(method, `${path}/tasks/${id}`, method === "PUT" ? {} : undefined)).status,
        404,
      );
    const own = await create({}, who.reader);
    assert.equal((await who.reader!("DELETE", `${path}/tasks/${own.id}`)).status, 204);
  });

  test("that is pending is its creator's until it is published", async () => {
    const before = (await pullRequest()).task_count;
    const { id } = await create({ pending: true }, who.reader);
    assert.equal((await filled.rest("GET", `${path}/tasks/${id}`)).status, 404);
    assert.equal((await who.reader!("GET", `${path}/tasks/${id}`)).json.pending, true);
    assert.equal((await pullRequest()).task_count, before);
    await who.reader!("PUT", `${path}/tasks/${id}`, { pending: false });
    assert.equal((await filled.rest("GET", `${path}/tasks/${id}`)).json.pending, false);
    assert.equal((await pullRequest()).task_count, before + 1);
  });

  for (const [why, body] of [
    ["no content", {}],
    ["content that is a text", { content: "x" }],
    ["an empty text", { content: { raw: " " } }],
    ["a text of 1 MB", { content: { raw: "x".repeat(1_000_000) } }],
    ["an unknown comment", { content: { raw: "x" }, comment: { id: 999_999 } }],
  ] as const)
    test(`is not taken with ${why}`, async () => {
      const answer = await filled.rest("POST", `${path}/tasks`, body);
      assert.equal(answer.status, 400, answer.text);
    });

  test("is not put into another state", async () => {
    const { id } = await create();
    assert.equal((await filled.rest("PUT", `${path}/tasks/${id}`, { state: "DONE" })).status, 400);
  });
});

test("a list is sorted and filtered, the oldest first", async () => {
  const { json } = await filled.rest("GET", `${path}/tasks?pagelen=100`);
  const ids = json.values.map(({ id }: { id: number }) => id);
  assert.deepEqual(
    ids,
    ids.toSorted((one: number, other: number) => one - other),
  );
  await filled.rest("PUT", `${path}/tasks/${ids[0]}`, { state: "RESOLVED" });
  const only = async (q: string) =>
    (await filled.rest("GET", `${path}/tasks?pagelen=100&q=${encodeURIComponent(q)}`)).json.size;
  assert.equal(await only('state="RESOLVED"'), 1);
  assert.equal(await only('state="UNRESOLVED"'), ids.length - 1);
  assert.equal(await only('creator.nickname="nobody"'), 0);
  assert.equal((await filled.rest("GET", `${path}/tasks?q=nothing=1`)).status, 400);
  assert.equal((await filled.rest("GET", `${path}/tasks?sort=nothing`)).status, 400);
  const sorted = await filled.rest("GET", `${path}/tasks?pagelen=100&sort=-created_on`);
  assert.deepEqual(
    sorted.json.values.map(({ id }: { id: number }) => id),
    ids.toReversed(),
  );
});

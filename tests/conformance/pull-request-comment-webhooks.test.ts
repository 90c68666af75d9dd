import assert from "node:assert/strict";
import { test } from "node:test";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startFilledApp } from "../support/server/filled-app.ts";
import { addPerson } from "../support/server/people.ts";
import { RECORDED_SHAPES } from "./recorded-shapes.ts";

const receiver = await openWebhookReceiver();
const filled = await startFilledApp({ mayReachPrivateAddresses: true }, { lookMs: 50 });
const { git, folder, rest } = filled;
const reader = await addPerson(filled.app, "reader", "read");

await git.out(["checkout", "--quiet", "-b", "main"], { folder });
await filled.commit({ "a.txt": "one\n" }, "first");
await git.out(["checkout", "--quiet", "-b", "topic"], { folder });
await filled.commit({ "b.txt": "one\n" }, "second");
await git.out(["push", "--quiet", "origin", "main", "topic"], { folder });
await rest("POST", "/pullrequests", { title: "Title", source: { branch: { name: "topic" } } });
const events = ["created", "updated", "deleted", "resolved", "reopened"].map(
  (what) => `pullrequest:comment_${what}`,
);
const hook = await rest("POST", "/hooks", { url: receiver.url("/hook"), events, active: true });
assert.equal(hook.status, 201, hook.text);

const C = "/pullrequests/1/comments";
const inline = { path: "b.txt", to: 1 };

test("what happens to a comment is told in order, with the pull request; what is pending is not", async () => {
  const { json: pending } = await reader("POST", C, { content: { raw: "later" }, pending: true });
  await reader("PUT", `${C}/${pending.id}`, { content: { raw: "now" } });
  await reader("PUT", `${C}/${pending.id}`, { pending: false });
  const { json: made } = await reader("POST", C, { content: { raw: "**one**" }, inline });
  await reader("PUT", `${C}/${made.id}`, { content: { raw: "two" } });
  await rest("POST", `${C}/${made.id}/resolve`);
  await rest("DELETE", `${C}/${made.id}/resolve`);
  await reader("DELETE", `${C}/${made.id}`);
  const told = await receiver.take("/hook", 6);
  assert.deepEqual(
    told.map(({ headers, json }) => [headers["x-event-key"], json.comment.id, json.comment.content.raw]),
    [
      ["pullrequest:comment_created", pending.id, "now"],
      ["pullrequest:comment_created", made.id, "**one**"],
      ["pullrequest:comment_updated", made.id, "two"],
      ["pullrequest:comment_resolved", made.id, "two"],
      ["pullrequest:comment_reopened", made.id, "two"],
      ["pullrequest:comment_deleted", made.id, ""],
    ],
  );
  for (const { json } of told) {
    assert.deepEqual(Object.keys(json).sort(), ["actor", "comment", "pullrequest", "repository"]);
    assert.equal("pending" in json.comment, false);
    assert.equal(json.pullrequest.id, 1);
  }
  const [, created, , resolved, reopened, deleted] = told.map(({ json }) => json);
  assert.deepEqual([created.comment.inline.path, created.comment.inline.to], ["b.txt", 1]);
  assert.equal(created.actor.nickname, "reader");
  assert.equal(created.pullrequest.comment_count, 2);
  assert.equal(created.pullrequest.updated_on, created.comment.created_on);
  assert.equal(created.pullrequest.participants[0].user.nickname, "reader");
  assert.equal(resolved.comment.resolution.user.uuid, `{${filled.app.owner.uuid}}`);
  assert.equal("resolution" in reopened.comment, false);
  assert.equal(deleted.comment.deleted, true);
  assert.equal(deleted.pullrequest.comment_count, 1);
});

test("a payload has every key of the recorded one", () => {
  const recorded = RECORDED_SHAPES.get("drone-go-scm/webhooks/pr_comment_created") as Record<string, object>;
  const { json } = receiver.received("/hook")[0]!;
  for (const part of ["comment", "pullrequest"])
    for (const key of Object.keys(recorded[part]!)) assert.ok(key in json[part], `${part}.${key}`);
});

test("a long comment is told in part", async () => {
  const before = receiver.received("/hook").length;
  await reader("POST", C, { content: { raw: '"'.repeat(32_768) } });
  const told = (await receiver.take("/hook", before + 1)).at(-1)!;
  assert.ok(told.json.comment.content.raw.length < 32_768);
});

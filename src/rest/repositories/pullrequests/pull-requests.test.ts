import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCaller } from "../../../../tests/support/clients/rest-callers.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import type { WebhookDelivery } from "../../../model/webhook.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";
import { renderPayload } from "../../../webhooks/webhook-payload.ts";

const filled = await startFilledApp();
await filled.git.out(["checkout", "--quiet", "-b", "main"], { folder: filled.folder });
const main = await filled.commit({ "a.txt": "one\n" }, "first");
await filled.git.out(["push", "--quiet", "origin", "main"], { folder: filled.folder });

/** Pushes a branch that adds a file to main, and returns its tip. */
async function pushBranch(
  name: string,
  files: Readonly<Record<string, string>>,
  from = "main",
): Promise<string> {
  const { git, folder } = filled;
  await git.out(["checkout", "--quiet", "-B", name, from], { folder });
  const tip = await filled.commit(files, `work on ${name}`);
  await git.out(["push", "--quiet", "--force", "origin", name], { folder });
  return tip;
}

async function create(body: object) {
  const answer = await filled.rest("POST", "/pullrequests", body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

const fromBranch = (name: string) => ({ source: { branch: { name } } });
const short = (id: string) => id.slice(0, 12);

describe("a pull request is created", () => {
  test("with the least that a body needs", async () => {
    const tip = await pushBranch("least", { "least.txt": "x\n" });
    const answer = await filled.rest("POST", "/pullrequests", { title: "Least", ...fromBranch("least") });
    assert.equal(answer.status, 201, answer.text);
    const { json } = answer;
    assert.equal(answer.headers.get("location"), json.links.self.href);
    assert.equal(json.type, "pullrequest");
    assert.equal(json.state, "OPEN");
    assert.equal(json.description, "");
    assert.equal(json.source.commit.hash, short(tip));
    assert.equal(json.destination.commit.hash, short(main));
    assert.deepEqual(json.destination.branch, { name: "main" });
    assert.deepEqual(json.reviewers, []);
    assert.deepEqual(json.participants, []);
    assert.equal(json.merge_commit, null);
    assert.equal(json.closed_by, null);
    const read = await filled.rest("GET", `/pullrequests/${json.id}`);
    assert.deepEqual(read.json, json);
  });

  test("once for a source and a destination: the second is the first with other texts", async () => {
    await pushBranch("twice", { "twice.txt": "x\n" });
    const first = await create({ title: "One", description: "text", ...fromBranch("twice") });
    const second = await create({ title: "Two", close_source_branch: true, ...fromBranch("twice") });
    assert.equal(second.id, first.id);
    assert.equal(second.title, "Two");
    assert.equal(second.description, "");
    assert.equal(second.close_source_branch, true);
    await filled.git.out(["push", "--quiet", "origin", "main:refs/heads/other"], { folder: filled.folder });
    const third = await create({
      title: "Elsewhere",
      ...fromBranch("twice"),
      destination: { branch: { name: "other" } },
    });
    assert.notEqual(third.id, first.id);
  });

  for (const [why, body, fields] of [
    ["a source that is not there", fromBranch("nowhere"), { source: ["branch not found: nowhere"] }],
    [
      "a destination that is not there",
      { ...fromBranch("twice"), destination: { branch: { name: "nowhere" } } },
      { destination: ["branch not found: nowhere"] },
    ],
    ["nothing to merge", fromBranch("other"), { source: ["There are no changes to be pulled"] }],
    ["itself", fromBranch("main"), { source: ["There are no changes to be pulled"] }],
    [
      "an unknown reviewer",
      { ...fromBranch("twice"), reviewers: [{ account_id: "nobody" }] },
      { reviewers: ["Malformed reviewers list"] },
    ],
    [
      "a reviewer by nickname",
      { ...fromBranch("twice"), reviewers: [{ nickname: "owner" }] },
      { reviewers: ["Malformed reviewers list"] },
    ],
  ] as const)
    test(`not for ${why}`, async () => {
      const answer = await filled.rest("POST", "/pullrequests", { title: "No", ...body });
      assert.equal(answer.status, 400, answer.text);
      assert.deepEqual(answer.json.error.fields, fields);
    });

  test("not with its author as a reviewer", async () => {
    const { uuid } = filled.app.owner;
    const body = { title: "No", ...fromBranch("twice"), reviewers: [{ uuid: `{${uuid}}` }] };
    const answer = await filled.rest("POST", "/pullrequests", body);
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.json.error.fields.reviewers, [
      "Olive Owner is the author and cannot be included as a reviewer.",
    ]);
  });
});

test("default reviewers are added if the server is set so and none are named", async () => {
  const { app, rest } = filled;
  const reviewer = await createCaller(app, "reviewer");
  await setMember(app.ports, app.by, app.workspace, reviewer.account, "member", "write");
  for (const user of [reviewer.uuid, `%7B${app.owner.uuid}%7D`])
    assert.equal((await rest("PUT", `/default-reviewers/${user}`)).status, 200);
  const names = (json: { readonly reviewers: readonly { readonly nickname: string }[] }) =>
    json.reviewers.map(({ nickname }) => nickname);
  await pushBranch("unreviewed", { "u.txt": "x\n" });
  assert.deepEqual(names(await create({ title: "As on Bitbucket", ...fromBranch("unreviewed") })), []);
  const config = app.ports.config as { addsDefaultReviewers: boolean };
  config.addsDefaultReviewers = true;
  try {
    await pushBranch("reviewed", { "r.txt": "x\n" });
    const made = await create({ title: "Reviewed", ...fromBranch("reviewed") });
    assert.deepEqual(names(made), ["reviewer"]);
    const none = { title: "None", reviewers: [], ...fromBranch("reviewed") };
    assert.deepEqual(names(await create(none)), []);
    assert.deepEqual(names(await create({ title: "Again", ...fromBranch("reviewed") })), []);
  } finally {
    config.addsDefaultReviewers = false;
  }
});

describe("a push moves it", () => {
  test("with its source, forced or not", async () => {
    await pushBranch("moving", { "m.txt": "1\n" });
    const { id } = await create({ title: "Moving", ...fromBranch("moving") });
    const second = await pushBranch("moving", { "m.txt": "2\n" }, "moving");
    let read = await filled.rest("GET", `/pullrequests/${id}`);
    assert.equal(read.json.source.commit.hash, short(second));
    const forced = await pushBranch("moving", { "m.txt": "3\n" }, "main");
    read = await filled.rest("GET", `/pullrequests/${id}`);
    assert.equal(read.json.source.commit.hash, short(forced));
    assert.equal(read.json.state, "OPEN");
  });

  test("into its destination: it is merged, and frozen", async () => {
    const { git, folder } = filled;
    const tip = await pushBranch("by-push", { "p.txt": "1\n" });
    const { id } = await create({ title: "By push", ...fromBranch("by-push") });
    await git.out(["checkout", "--quiet", "main"], { folder });
    const before = await git.out(["rev-parse", "main"], { folder });
    await git.out(["merge", "--quiet", "--no-ff", "-m", "merged", "by-push"], { folder });
    const merge = await git.out(["rev-parse", "HEAD"], { folder });
    await filled.commit({ "later.txt": "1\n" }, "later");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    await git.out(["push", "--quiet", "origin", ":by-push"], { folder });
    const { json } = await filled.rest("GET", `/pullrequests/${id}`);
    assert.equal(json.state, "MERGED");
    assert.equal(json.merge_commit.hash, short(merge));
    assert.equal(json.destination.commit.hash, short(before));
    assert.equal(json.source.commit.hash, short(tip));
    assert.equal(json.closed_by.uuid, `{${filled.app.owner.uuid}}`);
  });

  test("squashed by hand: it stays open", async () => {
    const { git, folder } = filled;
    await pushBranch("by-hand", { "h.txt": "1\n" });
    const { id } = await create({ title: "By hand", ...fromBranch("by-hand") });
    await git.out(["checkout", "--quiet", "main"], { folder });
    await git.out(["merge", "--quiet", "--squash", "by-hand"], { folder });
    await filled.commit({}, "squashed");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    const { json } = await filled.rest("GET", `/pullrequests/${id}`);
    assert.equal(json.state, "OPEN");
  });

  test("out of the repository: a deleted source leaves it open, and a deleted destination without a commit", async () => {
    const { git, folder } = filled;
    const tip = await pushBranch("leaving", { "l.txt": "1\n" });
    await git.out(["push", "--quiet", "origin", "main:refs/heads/going"], { folder });
    const { id } = await create({
      title: "Leaving",
      ...fromBranch("leaving"),
      destination: { branch: { name: "going" } },
    });
    await git.out(["push", "--quiet", "origin", ":leaving", ":going"], { folder });
    const { json } = await filled.rest("GET", `/pullrequests/${id}`);
    assert.equal(json.state, "OPEN");
    assert.equal(json.source.commit.hash, short(tip));
    assert.equal(json.destination.commit, null);
    assert.deepEqual(json.destination.branch, { name: "going" });
  });
});

describe("a push says where pull requests are", () => {
  let pushes = 0;

  async function push(name: string): Promise<string> {
    const { git, folder } = filled;
    await git.out(["checkout", "--quiet", "-B", name, "main"], { folder });
    pushes += 1;
    await filled.commit({ [`${name}.txt`]: `${pushes}\n` }, name);
    const { stderr } = await git.run(["push", "--force", "origin", name], { folder });
    return stderr.replace(/ +$/gm, "");
  }

  test("or where to create one", async () => {
    const page = `${filled.app.url}/acme/demo/pull-requests`;
    const said = await push("hinted");
    assert.ok(
      said.includes(
        `remote:\nremote: Create pull request for hinted:\nremote:   ${page}/new?source=hinted&t=1\nremote:\n`,
      ),
      said,
    );
    const { id } = await create({ title: "Hinted", ...fromBranch("hinted") });
    const again = await push("hinted");
    assert.ok(
      again.includes(`remote: View pull request for hinted => main:\nremote:   ${page}/${id}?t=1\n`),
      again,
    );
  });
});

describe("it is edited", () => {
  test("in part; a closed one is not", async () => {
    await pushBranch("edited", { "e.txt": "1\n" });
    const { id } = await create({
      title: "Edited",
      description: "text",
      draft: true,
      ...fromBranch("edited"),
    });
    let answer = await filled.rest("PUT", `/pullrequests/${id}`, { title: "Changed", draft: false });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.title, "Changed");
    assert.equal(answer.json.description, "text");
    assert.equal(answer.json.draft, false);
    answer = await filled.rest("POST", `/pullrequests/${id}/decline`, { message: "not now" });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.state, "DECLINED");
    assert.equal(answer.json.reason, "not now");
    answer = await filled.rest("POST", `/pullrequests/${id}/decline`);
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.json.error.fields, { newstatus: ["This pull request is already closed."] });
    answer = await filled.rest("PUT", `/pullrequests/${id}`, { state: "OPEN" });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.error.message, "Can only update an open pull request.");
  });
});

describe("a list", () => {
  test("has open ones, the last changed first, without people unless they are asked for", async () => {
    const { json } = await filled.rest("GET", "/pullrequests");
    assert.ok(json.values.length > 3);
    assert.ok(json.values.every((one: { state: string }) => one.state === "OPEN"));
    const times = json.values.map((one: { updated_on: string }) => one.updated_on);
    assert.deepEqual(times, times.toSorted().toReversed());
    assert.equal("participants" in json.values[0], false);
    const more = await filled.rest("GET", "/pullrequests?fields=%2Bvalues.participants,%2Bvalues.reviewers");
    assert.deepEqual(more.json.values[0].reviewers, []);
  });

  test("takes states and filters, and a filter overrides the states", async () => {
    const states = async (query: string) => {
      const { status, json, text } = await filled.rest("GET", `/pullrequests?pagelen=50&${query}`);
      assert.equal(status, 200, text);
      return [...new Set(json.values.map((one: { state: string }) => one.state))].toSorted();
    };
    assert.deepEqual(await states("state=MERGED&state=DECLINED"), ["DECLINED", "MERGED"]);
    assert.deepEqual(await states(`state=OPEN&q=${encodeURIComponent('title ~ "y"')}`), ["MERGED", "OPEN"]);
    const q =
      'state = "OPEN" AND source.branch.name ~ "mov" AND author.nickname != "x" AND reviewers.uuid = null';
    assert.deepEqual(await states(`q=${encodeURIComponent(q)}`), ["OPEN"]);
    const full =
      'source.repository.full_name = "acme/demo" AND destination.branch.name = "main" AND comment_count = 0';
    assert.ok((await states(`q=${encodeURIComponent(full)}`)).length > 0);
  });

  for (const [why, query] of [
    ["a page that is too long", "pagelen=51"],
    ["participants", `q=${encodeURIComponent('participants.uuid = "x"')}`],
    ["an unknown state", "state=GONE"],
  ] as const)
    test(`refuses ${why}`, async () => {
      assert.equal((await filled.rest("GET", `/pullrequests?${query}`)).status, 400);
    });
});

describe("webhooks are told", () => {
  const KEYS = [
    "author",
    "close_source_branch",
    "closed_by",
    "comment_count",
    "created_on",
    "description",
    "destination",
    "draft",
    "id",
    "links",
    "merge_commit",
    "participants",
    "queued",
    "reason",
    "rendered",
    "reviewers",
    "source",
    "state",
    "summary",
    "task_count",
    "title",
    "type",
    "updated_on",
  ];

  test("in the transaction, with what the pull request was like then", async () => {
    const { app, rest } = filled;
    const events = ["created", "updated", "fulfilled", "rejected"].map((name) => `pullrequest:${name}`);
    const hook = await rest("POST", "/hooks", { description: "", url: "https://example.com/hook", events });
    assert.equal(hook.status, 201, hook.text);
    const tip = await pushBranch("told", { "told.txt": "1\n" });
    const { id } = await create({ title: "Told", ...fromBranch("told") });
    const moved = await pushBranch("told", { "told.txt": "2\n" }, "told");
    await rest("PUT", `/pullrequests/${id}`, { title: "Changed" });
    await rest("PUT", `/pullrequests/${id}`, { title: "Changed" });
    await rest("POST", `/pullrequests/${id}/decline`, { message: "no" });
    const again = await create({ title: "Again", ...fromBranch("told") });
    await filled.git.out(["push", "--quiet", "origin", "told:main"], { folder: filled.folder });
    const rows = await app.ports.database.kysely
      .selectFrom("webhook_delivery")
      .select(["event_key", "event"])
      .orderBy("sequence")
      .execute();
    const told = [];
    for (const { event_key, event } of rows) {
      const rendered = await renderPayload(app.ports, { event } as WebhookDelivery);
      assert.equal(rendered.kind, "rendered");
      const payload = JSON.parse(rendered.kind === "rendered" ? rendered.body : "");
      assert.deepEqual(Object.keys(payload).toSorted(), ["actor", "pullrequest", "repository"]);
      assert.deepEqual(Object.keys(payload.pullrequest).toSorted(), KEYS);
      assert.equal(payload.actor.uuid, `{${app.owner.uuid}}`);
      const { title, state, source, reason } = payload.pullrequest;
      told.push([event_key, payload.pullrequest.id, title, state, source.commit.hash, reason]);
    }
    assert.deepEqual(told, [
      ["pullrequest:created", id, "Told", "OPEN", short(tip), ""],
      ["pullrequest:updated", id, "Told", "OPEN", short(moved), ""],
      ["pullrequest:updated", id, "Changed", "OPEN", short(moved), ""],
      ["pullrequest:rejected", id, "Changed", "DECLINED", short(moved), "no"],
      ["pullrequest:created", again.id, "Again", "OPEN", short(moved), ""],
      ["pullrequest:fulfilled", again.id, "Again", "MERGED", short(moved), ""],
    ]);
  });
});

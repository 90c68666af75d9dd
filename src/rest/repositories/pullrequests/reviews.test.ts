import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createCaller, type RestCaller, restAs } from "../../../../tests/support/clients/rest-callers.ts";
import { openWebhookReceiver } from "../../../../tests/support/remote-servers/webhook-receiver.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";

const receiver = await openWebhookReceiver();
const filled = await startFilledApp({ mayReachPrivateAddresses: true }, { lookMs: 50 });
const { app, git, folder } = filled;
const PATH = "/repositories/acme/demo/pullrequests";
let reader: RestCaller;
let count = 0;

before(async () => {
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  await filled.commit({ "a.txt": "one\n" }, "first");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  reader = await createCaller(app, "reader");
  await setMember(app.ports, app.by, app.workspace, reader.account, "member", "read");
});

/** A pull request of its own for each test. */
async function create(body: object = {}): Promise<number> {
  count += 1;
  const name = `topic-${count}`;
  await git.out(["checkout", "--quiet", "-B", name, "main"], { folder });
  await filled.commit({ [`${name}.txt`]: "x\n" }, `work on ${name}`);
  await git.out(["push", "--quiet", "origin", name], { folder });
  const made = await filled.rest("POST", "/pullrequests", {
    title: name,
    source: { branch: { name } },
    ...body,
  });
  assert.equal(made.status, 201, made.text);
  return made.json.id;
}

async function shown(id: number) {
  return (await filled.rest("GET", `/pullrequests/${id}`)).json;
}

/** What the activity says, newest first. */
async function activity(id: number): Promise<readonly string[]> {
  const { json } = await filled.rest("GET", `/pullrequests/${id}/activity`);
  return json.values.map((entry: object) => Object.keys(entry).find((key) => key !== "pull_request"));
}

describe("a review", () => {
  test("approves, once, and makes its author a participant", async () => {
    const id = await create();
    const approved = await reader.rest("POST", `${PATH}/${id}/approve`);
    assert.equal(approved.status, 200, approved.text);
    const { user, participated_on, ...rest } = approved.json;
    assert.equal(user.uuid, `{${reader.account.uuid}}`);
    assert.match(participated_on, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    assert.deepEqual(rest, { type: "participant", role: "PARTICIPANT", approved: true, state: "approved" });
    const again = await reader.rest("POST", `${PATH}/${id}/approve`);
    assert.deepEqual([again.status, again.json], [200, approved.json]);
    const { participants, updated_on } = await shown(id);
    assert.deepEqual(participants, [approved.json]);
    assert.equal(updated_on, participated_on);
    assert.deepEqual(await activity(id), ["approval", "update"]);
  });

  test("may come with a body that says the same", async () => {
    const id = await create();
    for (const [path, body] of [
      ["approve", { approved: true }],
      ["request-changes", { "request-changes": true }],
    ] as const)
      assert.equal((await reader.rest("POST", `${PATH}/${id}/${path}`, body)).status, 200);
    const headers = { authorization: reader.authorization, "content-type": "application/json" };
    const url = `${app.url}/2.0${PATH}/${id}/approve`;
    assert.equal((await fetch(url, { method: "POST", headers })).status, 200);
  });

  test("may be of the author, and of a reviewer", async () => {
    const id = await create({ reviewers: [{ uuid: `{${reader.account.uuid}}` }] });
    assert.equal((await filled.rest("POST", `/pullrequests/${id}/approve`)).json.role, "PARTICIPANT");
    assert.equal((await reader.rest("POST", `${PATH}/${id}/approve`)).json.role, "REVIEWER");
  });

  test("requests changes in place of an approval, and the other way round", async () => {
    const id = await create();
    await reader.rest("POST", `${PATH}/${id}/approve`);
    const requested = await reader.rest("POST", `${PATH}/${id}/request-changes`);
    assert.deepEqual(
      [requested.status, requested.json.approved, requested.json.state],
      [200, false, "changes_requested"],
    );
    assert.equal((await shown(id)).participants.length, 1);
    assert.deepEqual(await activity(id), ["changes_requested", "update"]);
    assert.equal((await reader.rest("POST", `${PATH}/${id}/approve`)).json.state, "approved");
  });

  test("is taken back", async () => {
    const id = await create();
    for (const path of ["approve", "request-changes"]) {
      await reader.rest("POST", `${PATH}/${id}/${path}`);
      const taken = await reader.rest("DELETE", `${PATH}/${id}/${path}`);
      assert.deepEqual([taken.status, taken.text], [204, ""]);
      const [participant] = (await shown(id)).participants;
      assert.deepEqual([participant.approved, participant.state], [false, null]);
      assert.deepEqual(await activity(id), ["update"]);
      assert.equal((await reader.rest("DELETE", `${PATH}/${id}/${path}`)).status, 204);
    }
  });

  test("is only taken back by the operation that gives it", async () => {
    const id = await create();
    await reader.rest("POST", `${PATH}/${id}/approve`);
    assert.equal((await reader.rest("DELETE", `${PATH}/${id}/request-changes`)).status, 204);
    assert.equal((await shown(id)).participants[0].state, "approved");
  });

  test("of a merged one may still approve, and nothing else", async () => {
    const id = await create();
    await git.out(["checkout", "--quiet", "main"], { folder });
    await git.out(["merge", "--quiet", "--no-ff", "-m", "merged", `topic-${count}`], { folder });
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    assert.equal((await shown(id)).state, "MERGED");
    assert.equal((await reader.rest("POST", `${PATH}/${id}/approve`)).status, 200);
    const refused = await reader.rest("DELETE", `${PATH}/${id}/approve`);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /CANNOT_UNAPPROVED_MERGED_PR/);
    for (const method of ["POST", "DELETE"])
      assert.equal((await reader.rest(method, `${PATH}/${id}/request-changes`)).status, 400, method);
    assert.equal((await shown(id)).participants[0].state, "approved");
  });

  test("needs an account that may read, and a pull request", async () => {
    const id = await create();
    const outsider = await createCaller(app, `outsider-${count}`);
    assert.equal((await outsider.rest("POST", `${PATH}/${id}/approve`)).status, 404);
    assert.equal((await restAs(app)("POST", `${PATH}/${id}/approve`)).status, 404);
    for (const other of ["9999", "0", "x", "99999999999"])
      assert.equal((await reader.rest("POST", `${PATH}/${other}/approve`)).status, 404, other);
    assert.deepEqual((await shown(id)).participants, []);
  });

  test("of many at once is of each once", async () => {
    const id = await create();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? reader.rest : filled.rest)(
          "POST",
          `${index % 2 === 0 ? PATH : "/pullrequests"}/${id}/approve`,
        ),
      ),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal((await shown(id)).participants.length, 2);
    assert.deepEqual((await activity(id)).filter((kind) => kind === "approval").length, 2);
  });
});

test("webhooks for statuses of commits and comments on them name the open pull requests there", async () => {
  const id = await create();
  const tip = await git.out(["rev-parse", "HEAD"], { folder });
  const events = ["repo:commit_status_created", "repo:commit_comment_created"];
  const hook = { description: "commits", url: receiver.url("/commits"), active: true, events };
  const made = await filled.rest("POST", "/hooks", hook);
  assert.equal(made.status, 201, made.text);
  const status = { key: "ci", state: "SUCCESSFUL", url: "https://ci.example.com/" };
  for (const commit of [tip, "main"]) {
    await filled.rest("POST", `/commit/${commit}/statuses/build`, status);
    await filled.rest("POST", `/commit/${commit}/comments`, { content: { raw: "text" } });
  }
  const told = await receiver.take("/commits", 4);
  const { title, draft, links } = await shown(id);
  const { self, html } = links;
  const named = [{ type: "pullrequest", id, title, draft, links: { self, html } }];
  assert.deepEqual(
    told.map(({ json }) => json.pullrequests),
    [named, named, undefined, undefined],
  );
  assert.equal((await filled.rest("DELETE", `/hooks/${encodeURIComponent(made.json.uuid)}`)).status, 204);
});

test("webhooks are told of each review and of each that is taken back", async () => {
  const id = await create();
  const events = [
    "pullrequest:approved",
    "pullrequest:unapproved",
    "pullrequest:changes_request_created",
    "pullrequest:changes_request_removed",
  ];
  const hook = { description: "reviews", url: receiver.url("/reviews"), active: true, events };
  const made = await filled.rest("POST", "/hooks", hook);
  assert.equal(made.status, 201, made.text);
  for (const path of ["approve", "request-changes"])
    for (const method of ["POST", "DELETE"]) await reader.rest(method, `${PATH}/${id}/${path}`);
  const told = await receiver.take("/reviews", 4);
  assert.deepEqual(
    told.map(({ headers }) => headers["x-event-key"]),
    events,
  );
  for (const [index, { json }] of told.entries()) {
    const name = index < 2 ? "approval" : "changes_request";
    assert.deepEqual(Object.keys(json).sort(), ["actor", name, "pullrequest", "repository"].sort());
    assert.deepEqual(Object.keys(json[name]).sort(), ["date", "user"]);
    assert.equal(json[name].user.uuid, `{${reader.account.uuid}}`);
    const isGiven = index % 2 === 0;
    const [participant] = json.pullrequest.participants;
    assert.equal(participant.state, isGiven ? (index < 2 ? "approved" : "changes_requested") : null);
  }
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { basic, sendRequest } from "../../../tests/support/clients/http-request.ts";
import { type Json, valuesOf } from "../../../tests/support/clients/rest-client.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { WEBHOOK_EVENTS } from "../../model/webhook.ts";

let app: TestApp;

before(async () => {
  app = await startTestApp();
});
after(() => app.close());

async function ask(path: string, authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await sendRequest(app.url, `/2.0${path}`, { headers });
  return { status: answer.status, json: JSON.parse(answer.text) as Json };
}

test("the subjects lead to their events, for everyone", async () => {
  const { status, json } = await ask("/hook_events");
  assert.equal(status, 200);
  const link = (subject: string) => ({
    links: { events: { href: `${app.url}/2.0/hook_events/${subject}` } },
  });
  assert.deepEqual(json, { repository: link("repository"), workspace: link("workspace") });
});

test("a workspace's events are all there are, on one page, each with its words", async () => {
  const { status, json } = await ask("/hook_events/workspace");
  assert.equal(status, 200);
  assert.deepEqual(
    [json.page, json.pagelen, json.size, json.next],
    [1, 30, WEBHOOK_EVENTS.length, undefined],
  );
  const values = valuesOf(json);
  assert.deepEqual(
    values.map(({ event }) => event),
    [...WEBHOOK_EVENTS],
  );
  for (const value of values) {
    assert.deepEqual(Object.keys(value), ["event", "category", "label", "description"]);
    for (const text of Object.values(value)) assert.ok(typeof text === "string" && text.length > 3);
  }
  // The reference's own words, and for transfers those that the tests of Terraform's provider expect.
  for (const shown of [
    {
      event: "repo:push",
      category: "Repository",
      label: "Push",
      description: "Whenever a repository push occurs",
    },
    {
      event: "repo:fork",
      category: "Repository",
      label: "Fork",
      description: "Whenever a repository fork occurs",
    },
    {
      event: "repo:imported",
      category: "Repository",
      label: "Import",
      description: "Whenever a repository import occurs",
    },
    {
      event: "repo:transfer",
      category: "Repository",
      label: "Transfer accepted",
      description: "Whenever a repository transfer is accepted",
    },
    {
      event: "pullrequest:approved",
      category: "Pull Request",
      label: "Approved",
      description: "When someone has approved a pull request",
    },
  ])
    assert.deepEqual(
      values.find(({ event }) => event === shown.event),
      shown,
    );
});

test("a repository's events are those that it can see", async () => {
  const events = valuesOf((await ask("/hook_events/repository")).json).map(({ event }) => event);
  assert.equal(events.length, WEBHOOK_EVENTS.length - 4);
  assert.ok(events.includes("repo:push"));
  for (const other of ["project:updated", "repo:created", "repo:deleted", "token:expiring"])
    assert.ok(!events.includes(other));
});

test("has pages", async () => {
  const { json } = await ask("/hook_events/workspace?pagelen=20&page=2");
  assert.equal(valuesOf(json).length, WEBHOOK_EVENTS.length - 20);
  assert.equal(json.previous, `${app.url}/2.0/hook_events/workspace?pagelen=20&page=1`);
});

for (const [path, status] of [
  ["/hook_events/user", 404],
  ["/hook_events/Repository", 404],
  ["/hook_events/__proto__", 404],
  ["/hook_events/workspace?page=0", 400],
  ["/hook_events/workspace?pagelen=101", 400],
] as const) {
  test(`${path}: ${status}`, async () => assert.equal((await ask(path)).status, status));
}

test("a bad credential is refused even where none is needed", async () => {
  assert.equal((await ask("/hook_events", basic("owner@example.com", "nonsense"))).status, 401);
});

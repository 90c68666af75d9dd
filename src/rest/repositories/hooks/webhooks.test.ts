import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic } from "../../../../tests/support/clients/http-request.ts";
import { createCaller, ownerOf, restAs } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import type { GrantedScope } from "../../../model/scope.ts";
import { WEBHOOK_EVENTS } from "../../../model/webhook.ts";
import { WEBHOOKS_MAX } from "../../../operations/webhooks/webhooks.ts";

const app = await startTestApp();
after(() => app.close());
const { rest } = await ownerOf(app);
const stranger = await createCaller(app, "stranger");
const URL = "https://ci.example.com/hook";

/** The owner, with a token of these scopes. */
async function ownerWith(scopes: readonly GrantedScope[]) {
  return restAs(app, basic("owner@example.com", await app.token(scopes)));
}

const WRITE = ["read:webhook:bitbucket", "write:webhook:bitbucket"] as const;

for (const [subject, hooks, slug] of [
  ["repository", "/repositories/acme/demo/hooks", "demo"],
  ["workspace", "/workspaces/acme/hooks", "acme"],
] as const) {
  const create = (body: object) => rest("POST", hooks, body);

  test(`a webhook of a ${subject} is made, shown, listed, changed and deleted`, async () => {
    const made = await create({
      url: URL,
      description: "CI",
      events: ["repo:push", "repo:fork", "repo:push"],
    });
    assert.equal(made.status, 201);
    const { uuid, links, ...shown } = made.json;
    assert.equal(made.headers.get("location"), links.self.href);
    assert.equal(links.self.href, `${app.url}/2.0${hooks}/${encodeURIComponent(uuid)}`);
    assert.deepEqual(
      [shown.type, shown.subject_type, shown.events, shown.active, shown.secret_set, shown.url],
      ["webhook_subscription", subject, ["repo:fork", "repo:push"], true, false, URL],
    );
    assert.match(shown.created_at, /Z$/);
    for (const id of [encodeURIComponent(uuid), uuid.slice(1, -1)]) {
      assert.deepEqual((await rest("GET", `${hooks}/${id}`)).json, made.json);
    }
    assert.deepEqual((await rest("GET", hooks)).json.values, [made.json]);
    const changed = await rest("PUT", links.self.href, { active: false, secret: "s" });
    assert.deepEqual(changed.json, { ...made.json, active: false, secret_set: true });
    assert.equal((await rest("PUT", links.self.href, { secret: "" })).json.secret_set, false);
    const deleted = await rest("DELETE", links.self.href);
    assert.deepEqual([deleted.status, deleted.text], [204, ""]);
    const gone = await rest("GET", links.self.href);
    assert.deepEqual([gone.status, gone.json.error.message], [404, `${slug} is not a valid hook`]);
  });

  for (const [what, body, field] of [
    ["no url", { events: ["repo:push"] }, "url"],
    ["a url of another scheme", { url: "ftp://example.com", events: ["repo:push"] }, "url"],
    ["a url that is too long", { url: `${URL}/${"a".repeat(2048)}`, events: ["repo:push"] }, "url"],
    ["no events", { url: URL }, "events"],
    ["an empty list of events", { url: URL, events: [] }, "events"],
    ["an unknown event", { url: URL, events: ["repo:pushed"] }, "events"],
    ["an event of Object's", { url: URL, events: ["__proto__"] }, "events"],
    ["a secret of 129 characters", { url: URL, events: ["repo:push"], secret: "s".repeat(129) }, "secret"],
    [
      "a description that is too long",
      { url: URL, events: ["repo:push"], description: "d".repeat(1025) },
      "description",
    ],
  ] as const) {
    test(`a webhook of a ${subject} with ${what} is refused, and nothing is made`, async () => {
      const { status, json } = await create(body);
      assert.equal(status, 400);
      assert.ok(field in json.error.fields, JSON.stringify(json));
      assert.equal((await rest("GET", hooks)).json.size, 0);
    });
  }

  test(`a secret of 128 characters is taken for a ${subject}`, async () => {
    const { status, json } = await create({ url: URL, events: ["repo:push"], secret: "s".repeat(128) });
    assert.deepEqual([status, json.secret_set], [201, true]);
    await rest("DELETE", json.links.self.href);
  });

  for (const [events, needed] of [
    [["repo:push", "repo:updated"], ["read:repository:bitbucket"]],
    [["pullrequest:created"], ["read:pullrequest:bitbucket"]],
    [
      ["issue:created", "repo:push"],
      ["read:issue:bitbucket", "read:repository:bitbucket"],
    ],
    [["pipeline:span_created"], ["read:pipeline:bitbucket"]],
    [["project:updated"], ["read:project:bitbucket"]],
  ] as const) {
    test(`a webhook of a ${subject} for ${events} takes ${needed}`, async () => {
      for (const missing of needed) {
        const granted = [...WRITE, ...needed.filter((scope) => scope !== missing)];
        const refused = await (await ownerWith(granted))("POST", hooks, { url: URL, events });
        assert.equal(refused.status, 403);
        assert.deepEqual([...refused.json.error.detail.required].sort(), [...WRITE, ...needed].sort());
        assert.deepEqual(refused.json.error.detail.granted, granted);
      }
      assert.equal((await rest("GET", hooks)).json.size, 0);
      const made = await (await ownerWith([...WRITE, ...needed]))("POST", hooks, { url: URL, events });
      assert.equal(made.status, 201);
      // Whoever may not read what it tells of must not send it elsewhere, with the events named or not.
      const other = await ownerWith([...WRITE]);
      for (const body of [{ events }, { url: "https://elsewhere.example.com/" }]) {
        assert.equal((await other("PUT", made.json.links.self.href, body)).status, 403);
      }
      assert.equal((await rest("GET", made.json.links.self.href)).json.url, URL);
      await rest("DELETE", made.json.links.self.href);
    });
  }
}

test("each event has a scope", async () => {
  const { status, json } = await rest("POST", "/workspaces/acme/hooks", { url: URL, events: WEBHOOK_EVENTS });
  assert.deepEqual([status, json.events], [201, [...WEBHOOK_EVENTS].sort()]);
  await rest("DELETE", json.links.self.href);
});

test("a webhook is found through its own subject alone", async () => {
  const { json } = await rest("POST", "/repositories/acme/demo/hooks", { url: URL, events: ["repo:push"] });
  const uuid = encodeURIComponent(json.uuid);
  assert.equal((await rest("GET", `/workspaces/acme/hooks/${uuid}`)).status, 404);
  assert.equal((await stranger.rest("GET", `/repositories/acme/demo/hooks/${uuid}`)).status, 404);
  await rest("DELETE", json.links.self.href);
});

test(`a repository has at most ${WEBHOOKS_MAX} webhooks`, async () => {
  const hooks = "/repositories/acme/demo/hooks";
  const create = () => rest("POST", hooks, { url: URL, events: ["repo:push"] });
  for (let index = 0; index < WEBHOOKS_MAX; index += 1) assert.equal((await create()).status, 201);
  assert.equal((await create()).status, 400);
  assert.equal((await rest("GET", `${hooks}?pagelen=100`)).json.values.length, WEBHOOKS_MAX);
});

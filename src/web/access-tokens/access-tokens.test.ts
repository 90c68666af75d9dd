import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { restAs } from "../../../tests/support/clients/rest-callers.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { signIn, type WebClient } from "../../../tests/support/server/web-client.ts";

let app: TestApp;
let client: WebClient;

before(async () => {
  app = await startTestApp();
  client = await signIn(app, app.owner);
});
after(() => app.close());

const SECRET = /<textarea class="secret"[^>]*>(ATCTT3xFfGN0[^<]+)<\/textarea>/;

const PAGES = {
  repository: () => "/acme/demo/admin/access-tokens",
  project: () => `/acme/workspace/projects/${app.project.key}/access-tokens`,
  workspace: () => "/acme/workspace/settings/access-tokens",
} as const;

async function statusWith(text: string): Promise<number> {
  return (await restAs(app, `Bearer ${text}`)("GET", "/repositories/acme/demo")).status;
}

for (const [kind, page] of Object.entries(PAGES)) {
  test(`a token of a ${kind} is created, shown once, rotated and revoked by pages`, async () => {
    const list = page();
    assert.match((await client.get(list)).text, /No access token yet/);
    const form = await client.get(`${list}/new`);
    assert.equal(form.text.includes('value="project"'), kind !== "repository");
    assert.equal(form.text.includes('value="account"'), kind === "workspace");
    assert.ok(!form.text.includes('value="email"'));
    const made = await client.post(`${list}/new`, {
      name: "release",
      scope: ["repository:write", "webhook"],
      expires: "30",
    });
    const text = SECRET.exec(made.text)?.[1];
    assert.ok(text !== undefined, made.text);
    assert.equal(await statusWith(text), 200);
    assert.match(String(made.headers["cache-control"]), /no-store/);
    assert.match(made.text, /[a-z0-9]{30}@bots\.bitbucket\.org/);
    const listed = await client.get(list);
    assert.ok(listed.text.includes("release") && !listed.text.includes(text.slice(20, 50)));
    const id = /access-tokens\/([0-9a-f-]{36})\/rotate/.exec(listed.text)![1];
    const twice = await client.post(`${list}/new`, { name: "release", scope: "repository", expires: "30" });
    assert.equal(twice.status, 422);
    assert.doesNotMatch(twice.text, SECRET);
    assert.match((await client.get(`${list}/${id}/rotate`)).text, /30 minutes at most/);
    const rotated = await client.post(`${list}/${id}/rotate`, {});
    const successor = SECRET.exec(rotated.text)?.[1];
    assert.ok(successor !== undefined, rotated.text);
    assert.deepEqual([await statusWith(text), await statusWith(successor)], [200, 200]);
    const again = await client.post(`${list}/${id}/rotate`, {}, { from: `${list}/new` });
    assert.deepEqual([again.status, again.headers.location], [303, list], "it is not shown again");
    const after = await client.get(list);
    const newId = /access-tokens\/([0-9a-f-]{36})\/rotate/.exec(after.text)![1];
    assert.notEqual(newId, id);
    assert.match((await client.get(`${list}/${newId}/revoke`)).text, /Revoke/);
    assert.equal((await client.post(`${list}/${newId}/revoke`, {})).status, 303);
    assert.deepEqual([await statusWith(text), await statusWith(successor)], [401, 401]);
    assert.match((await client.get(list)).text, /No access token yet/);
  });
}

for (const [why, fields, problem] of [
  ["no name", { name: "", scope: "repository", expires: "30" }, /1 to 255/],
  ["no scope", { name: "x", expires: "30" }, /Tick at least one scope/],
  ["a scope that is not offered", { name: "x", scope: "email", expires: "30" }, /Tick at least one scope/],
  ["no expiry", { name: "x", scope: "repository" }, /Choose how long/],
] as const) {
  test(`the form comes back for ${why}, and no token is made`, async () => {
    const list = PAGES.repository();
    const answer = await client.post(`${list}/new`, fields);
    assert.equal(answer.status, 422);
    assert.match(answer.text, problem);
    assert.match((await client.get(list)).text, /No access token yet/);
  });
}

test("a token of another resource is not there", async () => {
  const made = await client.post(`${PAGES.workspace()}/new`, {
    name: "w",
    scope: "repository",
    expires: "30",
  });
  assert.equal(made.status, 200, made.text);
  const listed = await client.get(PAGES.workspace());
  const id = /access-tokens\/([0-9a-f-]{36})\/rotate/.exec(listed.text)![1];
  for (const question of ["rotate", "revoke"])
    assert.equal((await client.get(`${PAGES.repository()}/${id}/${question}`)).status, 404);
});

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { basic } from "../../tests/support/clients/http-request.ts";
import { openRealGit } from "../../tests/support/git/real-git.ts";
import { type ControlledApp, startControlledApp } from "../../tests/support/server/controlled-app.ts";
import { createApiToken } from "../operations/tokens/api-tokens.ts";

let app: ControlledApp;
let token: string;
const git = openRealGit();
before(async () => {
  app = await startControlledApp();
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "ci",
    scopes: [
      "read:user:bitbucket",
      "read:repository:bitbucket",
      "write:repository:bitbucket",
      "admin:project:bitbucket",
    ],
    ageDays: 30,
  });
  token = made.text.reveal();
  await app.standIn.snapshots.save("seed");
});
after(() => app.close());
beforeEach(() => app.control("DELETE", "/requests"));

function send(path: string, method = "GET", body?: object): Promise<Response> {
  const headers = {
    authorization: basic("owner@example.com", token),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  return fetch(`${app.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** The recorder notes a request once its connection has it whole, which may be after its client has. */
async function har(count: number) {
  for (let tries = 0; tries < 200; tries += 1) {
    const { text, json } = await app.control("GET", "/requests/har");
    if (json.log.entries.length >= count) return { text, entries: json.log.entries };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`fewer than ${count} requests were recorded`);
}

test("a request as HAR: what was sent and answered, by whom, without a credential", async () => {
  const answer = await send("/2.0/repositories/acme/demo?fields=uuid,slug");
  const answered = await answer.text();
  const { entries, text } = await har(1);
  const [{ request, response, ...entry }] = entries;
  assert.equal(request.method, "GET");
  assert.equal(request.url, `${app.url}/2.0/repositories/acme/demo?fields=uuid,slug`);
  assert.deepEqual(request.queryString, [{ name: "fields", value: "uuid,slug" }]);
  assert.ok(
    request.headers.some(
      ({ name, value }: Record<string, string>) =>
        /^authorization$/i.test(name!) && value === "Basic [secret]",
    ),
  );
  assert.deepEqual(
    [response.status, response.content.text, response.bodySize],
    [200, answered, answered.length],
  );
  assert.equal(entry._route, "/2.0/repositories/:workspace/:repo_slug");
  assert.equal(entry._account_id, app.owner.accountId);
  assert.equal(entry._credential_kind, "api-token");
  assert.ok(!text.includes(token) && !text.includes(basic("owner@example.com", token).slice(6)));
});

test("bodies are kept, and the secrets in them are not", async () => {
  const url = "http://hooks.example.com/";
  await send("/2.0/repositories/acme/demo/hooks", "POST", {
    url,
    secret: "not to be told",
    active: true,
    events: ["repo:push"],
  });
  await fetch(`${app.url}/2.0/user?access_token=${token}`);
  // It may be a secured one, and need not say so again.
  const variables = "/2.0/repositories/acme/demo/pipelines_config/variables";
  await send(variables, "POST", { key: "KEY", value: "not to be told" });
  const { entries, text } = await har(3);
  assert.match(entries[0].request.postData.text, /hooks\.example\.com.*"secret":"\[secret\]"/);
  assert.ok(!text.includes("not to be told") && !text.includes(token), text);
});

test("packs are counted and not kept, and a cut answer is what was sent", async () => {
  await git.out([
    "clone",
    "-q",
    `http://owner:${token}@${new URL(app.url).host}/acme/demo.git`,
    git.newPath("clone"),
  ]);
  const listed = (await har(2)).entries.find(
    ({ request, response }: { request: { url: string }; response: { status: number } }) =>
      request.url.includes("info/refs") && response.status === 200,
  );
  assert.ok(listed.response.bodySize > 0);
  assert.equal(listed.response.content.text, undefined);
  await app.control("DELETE", "/requests");
  await app.control("POST", "/faults", { route: "/2.0/user", cut_off: 5, times: 1 });
  await send("/2.0/user")
    .then((answer) => answer.text())
    .catch(() => {});
  await app.control("POST", "/faults", { route: "/2.0/user", cut_off: "connection", times: 1 });
  await send("/2.0/user").catch(() => {});
  const { entries } = await har(2);
  assert.deepEqual(
    entries.map(({ response }: { response: { status: number; bodySize: number } }) => [
      response.status,
      response.bodySize,
    ]),
    [
      [200, 5],
      [0, 0],
    ],
  );
});

test("the list is short, and as long as was asked for", async () => {
  for (let index = 0; index < 3; index += 1) await (await send("/2.0/hook_events")).text();
  await har(3);
  const { json } = await app.control("GET", "/requests?last=2");
  assert.equal(json.values.length, 2);
  assert.ok(json.values[0].id < json.values[1].id && json.count >= json.values[1].id);
  assert.equal((await app.control("GET", "/requests?last=0")).status, 400);
});

test("operations that are not there are counted, also over a reset", async () => {
  await send("/2.0/repositories/acme/demo/nothing-of-this");
  await send("/2.0/repositories/acme/demo/nothing-of-this");
  await har(2);
  await app.standIn.reset();
  const { json } = await app.control("GET", "/unknown-operations");
  assert.equal(json.length, 1);
  assert.equal(json[0].requests, 2);
  assert.match(json[0].operation, /^GET \/repositories\//);
});

test("the least token of the run, with the command that makes it", async () => {
  await send("/2.0/user");
  await send("/2.0/repositories/acme/demo");
  await send(`/-/explain?method=DELETE&path=/2.0/repositories/acme/demo`);
  await har(3);
  const { json } = await app.control("GET", "/least-scopes");
  assert.equal(json.length, 1);
  const [least] = json;
  assert.equal(least.token.name, "ci");
  assert.deepEqual(least.api_token_scopes.toSorted(), ["read:repository:bitbucket", "read:user:bitbucket"]);
  assert.deepEqual(least.repositories, ["acme/demo"]);
  assert.match(least.command, /^pail token create --account owner@example.com --name 'ci, least' --scope/);
  await app.control("DELETE", "/requests");
  assert.deepEqual((await app.control("GET", "/least-scopes")).json, []);
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  createCaller,
  ownerOf,
  type RestCaller,
  restAs,
} from "../../../tests/support/clients/rest-callers.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import type { Account } from "../../model/account.ts";
import type { GrantedScope } from "../../model/scope.ts";
import { createAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import { createApiToken } from "../../operations/tokens/api-tokens.ts";
import { blockToken } from "../../operations/tokens/token-policies.ts";
import { setMember } from "../../operations/workspaces/workspaces.ts";

let app: TestApp;
let owner: RestCaller;
let reader: RestCaller;
let stranger: RestCaller;

before(async () => {
  app = await startTestApp();
  owner = await ownerOf(app);
  reader = await createCaller(app, "reader");
  stranger = await createCaller(app, "stranger");
  await setMember(app.ports, app.by, app.workspace, reader.account, "member", "read");
});
after(() => app.close());

const BRANCHES = "/2.0/repositories/acme/demo/refs/branches";

async function holderOf(account: Account, scopes: readonly GrantedScope[]) {
  const wanted = { accountUuid: account.uuid, name: "held", scopes, ageDays: 1 };
  const { text, token } = await createApiToken(app.ports, app.by, wanted);
  return { id: token.uuid, rest: restAs(app, `Bearer ${text.reveal()}`) };
}

async function explain({ rest }: Pick<RestCaller, "rest">, method: string, path: string) {
  const query = new URLSearchParams({ method, path });
  const answer = await rest("GET", `${app.url}/-/explain?${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

test("a request that is let in: what it takes in both vocabularies, and what the caller has", async () => {
  const explained = await explain(owner, "POST", BRANCHES);
  assert.deepEqual(explained.required, {
    api_token_scopes: ["read:repository:bitbucket", "write:repository:bitbucket"],
    oauth_scopes: ["repository:write"],
    permission: "write",
    credential_kinds: null,
    depends_on_body: false,
  });
  assert.equal(explained.route, "POST /2.0/repositories/{workspace}/{repo_slug}/refs/branches");
  assert.deepEqual([explained.allowed, explained.refusals, explained.least_changes], [true, [], []]);
  assert.deepEqual(explained.held, { permission: "admin" });
  assert.deepEqual([explained.caller.kind, explained.caller.account], ["api-token", "owner"]);
});

test("scopes and permission that are missing are told at once, each with what would help", async () => {
  const { rest } = await holderOf(reader.account, ["read:repository:bitbucket"]);
  const explained = await explain({ rest }, "POST", BRANCHES);
  assert.deepEqual(
    explained.refusals.map(({ kind, status }: { kind: string; status: number }) => [status, kind]),
    [
      [403, "scope-missing"],
      [403, "permission-missing"],
    ],
  );
  assert.deepEqual(explained.refusals[0].missing, ["write:repository:bitbucket"]);
  assert.deepEqual(explained.held, { permission: "read" });
  assert.deepEqual(explained.least_changes, [
    "use a token that also has write:repository:bitbucket",
    "have the account given the permission that it takes: write",
  ]);
});

test("who lacks the scopes to read a repository does not learn whether it is there", async () => {
  const { rest } = await holderOf(app.owner, ["read:user:bitbucket"]);
  const there = await explain({ rest }, "GET", "/2.0/repositories/acme/demo");
  const missing = await explain({ rest }, "GET", "/2.0/repositories/acme/none");
  assert.deepEqual({ ...there, path: "" }, { ...missing, path: "" });
  assert.equal(there.subject_known, false);
  assert.deepEqual(there.held, { permission: null });
});

test("a hidden repository is explained like one that does not exist, by the API and by git", async () => {
  for (const path of ["/2.0/repositories/acme/", "/acme/"]) {
    const below = path.startsWith("/2.0") ? "" : ".git/info/refs?service=git-upload-pack";
    for (const caller of [stranger, { rest: restAs(app) }]) {
      const hidden = await explain(caller, "GET", `${path}demo${below}`);
      const missing = await explain(caller, "GET", `${path}none${below}`);
      assert.deepEqual({ ...hidden, path: "" }, { ...missing, path: "" });
      assert.equal(hidden.allowed, false);
    }
  }
});

for (const [who, scopes, service, allowed] of [
  ["reader", ["read:repository:bitbucket"], "git-upload-pack", true],
  ["reader", ["write:repository:bitbucket"], "git-upload-pack", false],
  ["reader", ["write:repository:bitbucket"], "git-receive-pack", false],
  ["owner", ["write:repository:bitbucket"], "git-receive-pack", true],
] as const) {
  test(`${service} by ${who} with ${scopes} is ${allowed ? "let in" : "refused"}, as git finds`, async () => {
    const account = who === "owner" ? app.owner : reader.account;
    const { rest } = await holderOf(account, scopes);
    const explained = await explain({ rest }, "GET", `/acme/demo.git/info/refs?service=${service}`);
    assert.deepEqual([explained.route, explained.allowed], [service, allowed]);
  });
}

test("what the workspace refuses is explained with the reason", async () => {
  const { id, rest } = await holderOf(app.owner, ["read:repository:bitbucket"]);
  await blockToken(app.ports, app.by, app.workspace, id);
  const explained = await explain({ rest }, "GET", "/2.0/repositories/acme/demo");
  assert.equal(explained.refusals[0].kind, "token-refused");
  assert.match(explained.refusals[0].message, /an owner of the workspace has revoked it there/);
});

test("the explanation and the answer agree, for every refusal here", async () => {
  const { rest: weak } = await holderOf(reader.account, ["read:repository:bitbucket"]);
  for (const rest of [owner.rest, reader.rest, stranger.rest, weak, restAs(app)]) {
    for (const [method, path] of [
      ["GET", "/2.0/repositories/acme/demo"],
      ["PUT", "/2.0/repositories/acme/demo/branching-model/settings"],
      ["GET", "/2.0/user"],
      ["GET", "/2.0/workspaces/acme"],
      ["GET", "/-/tokens"],
      ["GET", "/2.0/repositories/acme/..%2Fdemo"],
    ] as const) {
      const explained = await explain({ rest }, method, path);
      const answer = await rest(method, app.url + path, method === "PUT" ? {} : undefined);
      const [first] = explained.refusals;
      if (first === undefined) assert.ok(answer.status < 400, `${method} ${path}: ${answer.text}`);
      else assert.deepEqual([answer.status, path], [first.status, path], first.message);
    }
  }
});

for (const [what, query] of [
  ["no path", "method=GET"],
  ["a path that is none", "path=nothing"],
  ["a control character", "path=/2.0/%0a"],
  ["a method that is none", "method=G%20T&path=/2.0/user"],
  ["a path beyond all", `path=/${"x".repeat(2_048)}`],
] as const) {
  test(`${what} is refused with 400`, async () => {
    assert.equal((await owner.rest("GET", `${app.url}/-/explain?${query}`)).status, 400);
  });
}

for (const [path, status] of [
  ["/2.0/nothing", 404],
  ["/-/token-revocation", 404],
  ["/2.0/user", 405],
] as const) {
  test(`DELETE ${path} leads to nothing: ${status}`, async () => {
    const answer = await owner.rest("GET", `${app.url}/-/explain?method=DELETE&path=${path}`);
    assert.equal(answer.status, status);
  });
}

test("an access token is explained in its own words, and may not do what only a person may", async () => {
  const resource = { kind: "repository", repository: app.repository } as const;
  const made = await createAccessToken(app.ports, app.by, resource, {
    name: "deploy",
    scopes: ["repository"],
    lifetimeMs: 86_400_000,
  });
  const rest = restAs(app, `Bearer ${made.text.reveal()}`);
  const refused = await explain({ rest }, "POST", BRANCHES);
  assert.deepEqual([refused.caller.kind, refused.caller.scopes], ["access-token", ["repository"]]);
  assert.deepEqual(refused.refusals[0].missing, ["repository:write"]);
  assert.equal(refused.held.permission, "admin");
  assert.equal((await explain({ rest }, "GET", "/2.0/repositories/acme/demo")).allowed, true);
  const tokens = await explain({ rest }, "GET", "/-/tokens");
  assert.equal(tokens.refusals[0].kind, "credential-kind-refused");
});

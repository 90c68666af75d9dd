// App users, the accounts of access tokens: they are in no list of people and permissions, and nothing is given to them.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TokenResource } from "../../src/model/access-token.ts";
import type { Account } from "../../src/model/account.ts";
import { createAccessToken } from "../../src/operations/access-tokens/access-tokens.ts";
import { disableAccount, enableAccount } from "../../src/operations/accounts/accounts.ts";
import { createGroup } from "../../src/operations/groups/groups.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { restAs } from "../support/clients/rest-callers.ts";
import { startFilledApp } from "../support/server/filled-app.ts";
import { signIn, type WebClient } from "../support/server/web-client.ts";

const { app, rest, commit, git, folder } = await startFilledApp();

type Bot = Awaited<ReturnType<typeof makeBot>>;
let bot: Bot;
let client: WebClient;

async function makeBot(resource: TokenResource) {
  const made = await createAccessToken(app.ports, app.by, resource, {
    name: "Robin the robot",
    scopes: ["repository:admin", "pullrequest:write", "webhook", "repository:delete"],
    lifetimeMs: 86_400_000,
  });
  return { ...made, rest: restAs(app, `Bearer ${made.text.reveal()}`) };
}

const as = (account: Account) => `%7B${account.uuid}%7D`;
const R = "/repositories/acme/demo";

before(async () => {
  await commit({ "README.md": "# demo\n" }, "first");
  await git.out(["push", "--quiet", "origin", "HEAD:main"], { folder });
  await git.out(["checkout", "--quiet", "-b", "topic"], { folder });
  await commit({ "x.txt": "x\n" }, "second");
  await git.out(["push", "--quiet", "origin", "HEAD:topic"], { folder });
  bot = await makeBot({ kind: "repository", repository: app.repository });
  await makeBot({ kind: "workspace", workspace: app.workspace });
  client = await signIn(app, app.owner);
});

async function ownersRest(method: string, path: string, body?: unknown) {
  return restAs(app, `Bearer ${await app.token()}`)(method, path, body);
}

for (const path of [
  "/workspaces/acme/members",
  "/workspaces/acme/permissions",
  "/workspaces/acme/permissions/repositories",
  "/workspaces/acme/permissions/repositories/demo",
  `${R}/permissions-config/users`,
  "/workspaces/acme/projects/PROJ/permissions-config/users",
  `${R}/default-reviewers`,
  `${R}/effective-default-reviewers`,
]) {
  test(`GET ${path} has no app user`, async () => {
    const answer = await ownersRest("GET", `${path}?pagelen=100`);
    assert.equal(answer.status, 200, answer.text);
    assert.ok(!answer.text.includes("app_user") && !answer.text.includes("Robin"), answer.text);
  });
}

for (const page of [
  "/acme/workspace/members",
  "/acme/demo/admin/permissions",
  "/acme/demo/admin/default-reviewers",
  "/acme/demo/pull-requests/new?source=topic",
  "/acme/workspace/projects/PROJ/permissions",
]) {
  test(`the page ${page} offers no app user`, async () => {
    const { status, text } = await client.get(page);
    assert.equal(status, 200, text);
    assert.ok(!text.includes("Robin") && !text.includes(bot.account.username));
  });
}

test("the page of an app user says of what it is", async () => {
  const { status, text } = await client.get(`/%7B${bot.account.uuid}%7D/`);
  assert.equal(status, 200, text);
  assert.ok(text.includes("Robin the robot") && text.includes("an access token of a repository"), text);
});

test("the command line lists no app user as an account", async () => {
  const { listAccounts } = await import("../../src/storage/sql/accounts/accounts.ts");
  const accounts = await listAccounts(app.ports.database.kysely);
  assert.ok(accounts.every(({ kind }) => kind === "user"));
});

for (const [what, method, path, body, status] of [
  [
    "a permission in the repository",
    "PUT",
    () => `${R}/permissions-config/users/${as(bot.account)}`,
    { permission: "admin" },
    400,
  ],
  [
    "a permission in the project",
    "PUT",
    () => `/workspaces/acme/projects/PROJ/permissions-config/users/${as(bot.account)}`,
    { permission: "admin" },
    400,
  ],
  [
    "a place among the default reviewers",
    "PUT",
    () => `${R}/default-reviewers/${as(bot.account)}`,
    undefined,
    400,
  ],
  [
    "a place among those of the project",
    "PUT",
    () => `/workspaces/acme/projects/PROJ/default-reviewers/${as(bot.account)}`,
    undefined,
    400,
  ],
] as const) {
  test(`nobody gives an app user ${what}`, async () => {
    const answer = await ownersRest(method, path(), body);
    assert.equal(answer.status, status, answer.text);
  });
}

test("nobody makes an app user a member, by REST, by page or by command", async () => {
  await assert.rejects(setMember(app.ports, app.by, app.workspace, bot.account, "member", "read"), {
    kind: "conflict",
  });
  await createGroup(app.ports, app.by, app.workspace, "robots");
  const added = await client.post("/acme/workspace/settings/groups/robots", {
    action: "add",
    username: bot.account.username,
  });
  assert.ok(added.status === 422 || added.status === 404, `${added.status}`);
});

test("an app user is not asked to review", async () => {
  const answer = await ownersRest("POST", `${R}/pullrequests`, {
    title: "x",
    source: { branch: { name: "topic" } },
    reviewers: [{ uuid: `{${bot.account.uuid}}` }],
  });
  assert.equal(answer.status, 400);
  assert.match(answer.text, /is not a member of this workspace/);
});

test("nobody signs in as an app user, asks for a link to its address, or gets a token for it", async () => {
  const { findAccountByEmail } = await import("../../src/storage/sql/accounts/accounts.ts");
  assert.equal(await findAccountByEmail(app.ports.database.kysely, bot.address), undefined);
});

for (const path of [
  `${R}/permissions-config/users`,
  `${R}/permissions-config/groups`,
  "/workspaces/acme/permissions",
  "/workspaces/acme/permissions/repositories",
  "/workspaces/acme/permissions/repositories/demo",
]) {
  test(`an access token may not read permissions: ${path}`, async () => {
    const workspaces = await makeNamed("account reader");
    for (const caller of [bot.rest, workspaces.rest]) {
      const answer = await caller("GET", path);
      assert.equal(answer.status, 403, answer.text);
      assert.match(answer.text, /not accessible by this authentication mechanism/);
    }
  });
}

let named = 0;
async function makeNamed(name: string) {
  named += 1;
  const made = await createAccessToken(
    app.ports,
    app.by,
    { kind: "workspace", workspace: app.workspace },
    {
      name: `${name} ${named}`,
      scopes: ["account", "repository:admin", "repository", "project:admin"],
      lifetimeMs: 86_400_000,
    },
  );
  return { ...made, rest: restAs(app, `Bearer ${made.text.reveal()}`) };
}

test("an access token may not change permissions", async () => {
  for (const [method, body] of [
    ["PUT", { permission: "admin" }],
    ["DELETE", undefined],
  ] as const) {
    const answer = await bot.rest(method, `${R}/permissions-config/users/${as(app.owner)}`, body);
    assert.equal(answer.status, 403, answer.text);
  }
});

test("a disabled app user is refused, and let in again when it is enabled", async () => {
  const { rest, account } = await makeNamed("disabled");
  await disableAccount(app.ports, app.by, account);
  assert.equal((await rest("GET", R)).status, 401);
  await enableAccount(app.by, account);
  assert.equal((await rest("GET", R)).status, 200);
});

test("a restricted branch refuses its push, unless the restriction names it", async () => {
  const made = await rest("POST", "/branch-restrictions", {
    kind: "push",
    pattern: "main",
    users: [],
    groups: [],
  });
  assert.equal(made.status, 201, made.text);
  const url = new URL("/acme/demo.git", app.url);
  url.username = "x-token-auth";
  url.password = bot.text.reveal();
  const push = () => git.run(["push", url.href, "topic:main"], { folder });
  const refused = await push();
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /! \[remote rejected\] topic -> main/);
  const changed = await rest("PUT", `/branch-restrictions/${made.json.id}`, {
    users: [{ type: "app_user", uuid: `{${bot.account.uuid}}` }],
  });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(
    changed.json.users.map(({ type, kind, display_name }: Record<string, string>) => ({
      type,
      kind,
      display_name,
    })),
    [{ type: "app_user", kind: "repository_access_token", display_name: "Robin the robot" }],
  );
  assert.equal((await push()).status, 0);
});

test("webhooks tell an app user as the actor", async () => {
  const { listDeliveries } = await import("../../src/storage/sql/webhooks/webhook-deliveries.ts");
  const hook = await rest("POST", "/hooks", {
    description: "x",
    url: "http://hooks.invalid/",
    active: true,
    events: ["pullrequest:created"],
  });
  assert.equal(hook.status, 201, hook.text);
  await commit({ "y.txt": "y\n" }, "third");
  await git.out(["push", "--quiet", "origin", "HEAD:later"], { folder });
  const opened = await bot.rest("POST", `${R}/pullrequests`, {
    title: "By Robin",
    source: { branch: { name: "later" } },
    destination: { branch: { name: "main" } },
  });
  assert.equal(opened.status, 201, opened.text);
  assert.equal(opened.json.author.type, "app_user");
  const deliveries = await listDeliveries(app.ports.database.kysely, hook.json.uuid.slice(1, -1), 5);
  assert.equal(deliveries.length, 1);
});

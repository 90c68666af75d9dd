// Contract, auth-beyond-tokens.md §7.3: a workspace opens its private content from some addresses alone, or to people with
// two-step verification: for credentials of all kinds, over all surfaces. What is public stays open.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { digestToken, writeToken } from "../../src/authentication/token-text.ts";
import type { Network } from "../../src/model/bound.ts";
import { SCOPES } from "../../src/model/scope.ts";
import type { RepositorySlug } from "../../src/model/slug.ts";
import type { Token } from "../../src/model/token.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { installApp } from "../../src/operations/apps/install-app.ts";
import { createRepository } from "../../src/operations/repositories/repositories.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { setTokenPolicy, type WantedTokenPolicy } from "../../src/operations/tokens/token-policies.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { replaceTwoStep, setTwoStepEnabled } from "../../src/storage/sql/accounts/two-step.ts";
import { upsertProjectPermission } from "../../src/storage/sql/permissions/project-permissions.ts";
import { insertToken } from "../../src/storage/sql/tokens/tokens.ts";
import { basic } from "../support/clients/http-request.ts";
import { appAuthorization, openConnectApp } from "../support/remote-servers/connect-app.ts";
import { startTestApp } from "../support/server/test-app.ts";
import { signIn } from "../support/server/web-client.ts";

const DAY_MS = 86_400_000;
const app = await startTestApp({ mayReachPrivateAddresses: true });
after(() => app.close());
const { kysely } = app.ports.database;

const open = await createRepository(app.ports, app.by, {
  workspace: app.workspace,
  project: app.project,
  slug: "open" as RepositorySlug,
  isPrivate: false,
});
assert.equal(open.isPrivate, false);

const ada = await createAccount(app.ports, app.by, { email: "ada@example.com", username: "ada" });
await setMember(app.ports, app.by, app.workspace, ada, "owner", "admin");

async function storedToken(kind: "access-token" | "oauth"): Promise<string> {
  const text = writeToken(kind, app.ports.randomBytes);
  const common = {
    uuid: randomUUID() as Uuid,
    accountUuid: ada.uuid,
    name: kind,
    bound: undefined,
    createdAt: new Date(),
    expiresAt: new Date(Date.now() + DAY_MS),
    revokedAt: undefined,
    lastUsedAt: undefined,
    successorUuid: undefined,
    parentUuid: undefined,
    scopes: ["repository:write", "account"] as const,
  };
  const token: Token =
    kind === "oauth" ? { ...common, kind, grantUuid: randomUUID() as Uuid } : { ...common, kind };
  await insertToken(kysely, token, digestToken(text));
  return text.reveal();
}

const apiToken = (
  await createApiToken(app.ports, app.by, { accountUuid: ada.uuid, name: "ci", scopes: SCOPES, ageDays: 30 })
).text.reveal();
const accessToken = await storedToken("access-token");
const oauthToken = await storedToken("oauth");

/** The headers of each kind, for REST and for git. */
const KINDS = [
  ["an API token", { rest: basic("ada@example.com", apiToken), git: basic("ada", apiToken) }],
  ["an access token", { rest: `Bearer ${accessToken}`, git: basic("x-token-auth", accessToken) }],
  ["an OAuth token", { rest: `Bearer ${oauthToken}`, git: basic("x-token-auth", oauthToken) }],
] as const;

const HERE = "127.0.0.0/8" as Network;
const ELSEWHERE = ["192.0.2.0/24", "2001:db8::/32"] as Network[];

function setPolicy(policy: Partial<WantedTokenPolicy>) {
  return setTokenPolicy(app.ports, app.by, app.workspace, {
    lifetimeDaysMax: undefined,
    refusedScopes: [],
    enforcedFrom: undefined,
    ...policy,
  });
}

async function setTwoStep(isEnabled: boolean): Promise<void> {
  await replaceTwoStep(kysely, ada.uuid, Buffer.alloc(20), new Date());
  if (isEnabled) await setTwoStepEnabled(kysely, ada.uuid, new Date());
}

async function ask(path: string, authorization: string) {
  const answer = await fetch(`${app.url}${path}`, { headers: { authorization } });
  return { status: answer.status, text: await answer.text() };
}

const REST = ["/2.0/repositories/acme/demo", "/2.0/repositories/acme/demo/refs"] as const;
const GIT = [
  "/acme/demo.git/info/refs?service=git-upload-pack",
  "/acme/demo.git/info/refs?service=git-receive-pack",
];
const PUBLIC = ["/2.0/repositories/acme/open", "/acme/open.git/info/refs?service=git-upload-pack"] as const;

const WHITELIST = "To access this repository, an admin must whitelist your IP.";
const TWO_STEP = "To access this repository, enable two-step authentication.";

for (const [kind, { rest, git }] of KINDS) {
  const refusals = async () => [
    ...(await Promise.all(REST.map((path) => ask(path, rest)))),
    ...(await Promise.all(GIT.map((path) => ask(path, git)))),
  ];
  const opens = async () => {
    assert.deepEqual([...new Set((await refusals()).map(({ status }) => status))], [200]);
  };
  const staysOpen = async () => {
    for (const path of PUBLIC) {
      const { status, text } = await ask(path, path.startsWith("/2.0") ? rest : git);
      assert.equal(status, 200, text);
    }
  };

  test(`${kind} opens private content from listed addresses alone, with the recorded text`, async () => {
    await opens();
    await setPolicy({ networks: ELSEWHERE });
    for (const { status, text } of await refusals()) {
      assert.equal(status, 403, text);
      if (text.startsWith("{"))
        assert.deepEqual(JSON.parse(text), {
          type: "error",
          error: { message: WHITELIST, detail: "Your address is 127.0.0.1." },
        });
      else assert.equal(text, `${WHITELIST}\nYour address is 127.0.0.1.\n`);
    }
    await staysOpen();
    await setPolicy({ networks: [...ELSEWHERE, HERE] });
    await opens();
    await setPolicy({});
  });

  test(`${kind} of somebody without two-step verification is refused where that is required`, async () => {
    await setTwoStep(false);
    await setPolicy({ requiresTwoStep: true });
    for (const { status, text } of await refusals()) {
      assert.equal(status, 403, text);
      if (text.startsWith("{")) assert.equal(JSON.parse(text).error.message, TWO_STEP);
      else assert.equal(text, `${TWO_STEP}\n`);
    }
    await staysOpen();
    await setTwoStep(true);
    await opens();
    await setPolicy({});
  });

  test(`lists leave out what stays closed to ${kind}, also a list that was cached`, async () => {
    const listed = async () => {
      const { text } = await ask("/2.0/repositories/acme", rest);
      return JSON.parse(text)
        .values.map(({ slug }: { slug: string }) => slug)
        .sort();
    };
    assert.deepEqual(
      [await listed(), await listed()],
      [
        ["demo", "open"],
        ["demo", "open"],
      ],
    );
    await setPolicy({ networks: ELSEWHERE });
    assert.deepEqual([await listed(), await listed()], [["open"], ["open"]]);
    await setPolicy({});
    assert.deepEqual(await listed(), ["demo", "open"]);
  });

  test(`nothing is refused to ${kind} before the date`, async () => {
    await setPolicy({ networks: ELSEWHERE, enforcedFrom: new Date(Date.now() + DAY_MS) });
    await opens();
    await setPolicy({});
  });
}

test("an app that signs its requests opens private content from listed addresses alone, and needs no second step", async () => {
  const remote = await openConnectApp();
  const source = { kind: "descriptor", url: remote.descriptorUrl } as const;
  await installApp(app.ports, app.by, app.workspace, source);
  const { key, clientKey, sharedSecret } = remote.received("/app/installed")[0]!.json;
  const request = { method: "GET", target: REST[0] };
  const authorization = appAuthorization({ key, clientKey, sharedSecret }, request);
  const status = async (path: string) => (await ask(path, authorization)).status;
  assert.equal(await status(REST[0]), 200);
  await setPolicy({ networks: ELSEWHERE });
  const refused = await ask(REST[0], authorization);
  assert.equal(refused.status, 403);
  assert.equal(JSON.parse(refused.text).error.message, WHITELIST);
  const ofPublic = appAuthorization({ key, clientKey, sharedSecret }, { method: "GET", target: PUBLIC[0] });
  assert.equal((await ask(PUBLIC[0], ofPublic)).status, 200);
  await setPolicy({ requiresTwoStep: true });
  assert.equal(await status(REST[0]), 200);
  await setPolicy({});
});

test("pages of private repositories are closed in the same way, and those of the workspace's owners are not", async () => {
  const browser = await signIn(app, ada);
  const page = async (path: string) => (await browser.get(path)).status;
  await setPolicy({ networks: ELSEWHERE });
  const refused = await browser.get("/acme/demo");
  assert.equal(refused.status, 403);
  assert.ok(refused.text.includes(WHITELIST));
  assert.equal(await page("/acme/open"), 200);
  assert.equal(await page("/acme/workspace/settings/policies"), 200);
  assert.doesNotMatch((await browser.get("/acme/workspace/repositories")).text, /href="\/acme\/demo"/);
  await setPolicy({});
  assert.equal(await page("/acme/demo"), 200);
});

test("a token does not administer the workspace from elsewhere: its webhooks would be sent what is closed", async () => {
  const authorization = basic("ada@example.com", apiToken);
  const create = () =>
    fetch(`${app.url}/2.0/workspaces/acme/hooks`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ url: "https://example.com/hook", events: ["repo:push"] }),
    });
  await setPolicy({ networks: ELSEWHERE });
  assert.equal((await create()).status, 403);
  assert.equal((await ask("/2.0/workspaces/acme", authorization)).status, 200);
  await setPolicy({});
  assert.equal((await create()).status, 201);
});

test("who may not see the repository is told nothing of the addresses", async () => {
  const eve = await createAccount(app.ports, app.by, { email: "eve@example.com", username: "eve" });
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: eve.uuid,
    name: "eve",
    scopes: SCOPES,
    ageDays: 1,
  });
  await setPolicy({ networks: ELSEWHERE });
  const { status, text } = await ask(REST[0]!, basic("eve@example.com", made.text.reveal()));
  assert.equal(status, 404);
  assert.doesNotMatch(text, /whitelist|address/);
  await setPolicy({});
});

test("an owner cannot lock out themselves: the two-step verification and the address of who sets it must fit", async () => {
  const browser = await signIn(app, ada);
  const path = "/acme/workspace/settings/policies";
  await setTwoStep(false);
  for (const fields of [{ two_step: "yes" }, { addresses: "192.0.2.0/24" }] as Record<string, string>[])
    assert.equal((await browser.post(path, { lifetime: "", ...fields })).status, 422, JSON.stringify(fields));
  await setTwoStep(true);
  const set = await browser.post(path, {
    lifetime: "",
    two_step: "yes",
    addresses: "127.0.0.1\n192.0.2.0/24",
  });
  assert.equal(set.status, 303);
  await setPolicy({});
});

test("somebody without two-step verification makes no access token of a project, which would open what is closed to them", async () => {
  const bob = await createAccount(app.ports, app.by, { email: "bob@example.com", username: "bob" });
  await setMember(app.ports, app.by, app.workspace, bob, "member", "none");
  await upsertProjectPermission(kysely, app.project.uuid, bob.uuid, "admin");
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: bob.uuid,
    name: "bob",
    scopes: [...SCOPES, "write:token:pail"],
    ageDays: 1,
  });
  const authorization = basic("bob@example.com", made.text.reveal());
  const create = (name: string) =>
    fetch(`${app.url}/-/access-tokens/projects/acme/${app.project.key}`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ name, scopes: ["repository"] }),
    });
  assert.equal((await create("before")).status, 201);
  await setPolicy({ requiresTwoStep: true });
  const refused = await create("after");
  assert.equal(refused.status, 403);
  const browser = await signIn(app, bob);
  const page = `/acme/workspace/projects/${app.project.key}/access-tokens`;
  assert.equal((await browser.get(page)).status, 403);
  assert.equal((await browser.get(`/acme/workspace/projects/${app.project.key}`)).status, 200);
  await setPolicy({});
  assert.equal((await browser.get(page)).status, 200);
});

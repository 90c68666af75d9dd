import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { basic } from "../../../../tests/support/clients/http-request.ts";
import { askForToken, makeConsumer } from "../../../../tests/support/clients/oauth-client.ts";
import { measureCost } from "../../../../tests/support/processes/cost-meter.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../tests/support/server/web-client.ts";
import type { AppKey } from "../../../model/app.ts";
import type { Network } from "../../../model/bound.ts";
import type { GrantedScope } from "../../../model/scope.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { createAccessToken } from "../../../operations/access-tokens/access-tokens.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { createApiToken } from "../../../operations/tokens/api-tokens.ts";
import { setTokenPolicy } from "../../../operations/tokens/token-policies.ts";
import { createWorkspace, setMember } from "../../../operations/workspaces/workspaces.ts";
import { insertAccount } from "../../../storage/sql/accounts/accounts.ts";
import { insertInstallation } from "../../../storage/sql/apps/installations.ts";
import { insertGrant, listLivingGrants } from "../../../storage/sql/oauth/grants.ts";
import { insertRefreshToken } from "../../../storage/sql/oauth/refresh-tokens.ts";
import { findRepository } from "../../../storage/sql/repositories/repositories.ts";

const app = await startTestApp();
after(() => app.close());
const HERE = "/acme/workspace/settings/tokens";
const HOSTILE = '"><script>alert(1)</script>';

const member = await createAccount(app.ports, app.by, {
  email: "mia@example.com",
  username: "mia",
  displayName: `Mia ${HOSTILE}`,
});
await setMember(app.ports, app.by, app.workspace, member, "member", "write");
const stranger = await createAccount(app.ports, app.by, { email: "eve@example.com", username: "eve" });

async function addToken(
  accountUuid: typeof member.uuid,
  name: string,
  ageDays: number,
  scopes: GrantedScope[],
) {
  const { text, token } = await createApiToken(app.ports, app.by, { accountUuid, name, scopes, ageDays });
  return { text: text.reveal(), uuid: token.uuid };
}
const laptop = await addToken(member.uuid, `laptop ${HOSTILE}`, 9, [
  "read:repository:bitbucket",
  "read:workspace:bitbucket",
]);
await addToken(app.owner.uuid, "release", 300, ["write:repository:bitbucket", "admin:workspace:bitbucket"]);
const elsewhere = await addToken(stranger.uuid, "elsewhere", 9, ["read:repository:bitbucket"]);

test("members, and people from elsewhere, do not see them", async () => {
  assert.equal((await (await signIn(app, member)).get(HERE)).status, 403);
  assert.equal((await (await signIn(app, stranger)).get(HERE)).status, 404);
  const browser = await signIn(app, member);
  assert.equal(
    (await browser.post(`${HERE}/${laptop.uuid}`, { action: "revoke" }, { from: "/" })).status,
    403,
  );
});

test("an owner sees every token that reaches the workspace, without a part of any", async () => {
  const browser = await signIn(app, app.owner);
  const { text, status } = await browser.get(HERE);
  assert.equal(status, 200);
  assert.match(text, /<b>2<\/b> all/);
  assert.match(text, /<b>1<\/b> expire within 14 days/);
  assert.match(text, /<b>1<\/b> can write/);
  assert.ok(text.includes("release") && text.includes("laptop") && !text.includes("elsewhere"));
  assert.ok(!text.includes("<script>alert"), "names are escaped");
  assert.ok(!text.includes("ATATT"));
});

for (const [query, shown, hidden] of [
  ["show=write", "release", "laptop"],
  ["show=expiring", "laptop", "release"],
  ["q=LAP", "laptop", "release"],
  ["q=olive", "release", "laptop"],
  ["scope=admin:workspace", "release", "laptop"],
  ["repository=acme/demo&show=write", "release", "laptop"],
  ["after=nonsense", "laptop", "elsewhere"],
  [`after=${"9".repeat(40)}.x.y`, "laptop", "elsewhere"],
] as const) {
  test(`?${query} has ${shown}`, async () => {
    const { text } = await (await signIn(app, app.owner)).get(`${HERE}?${query}`);
    const table = text.slice(text.indexOf("<tbody"));
    assert.ok(table.includes(shown), shown);
    assert.ok(!table.includes(hidden), hidden);
  });
}

test("what matches nothing says so", async () => {
  const browser = await signIn(app, app.owner);
  assert.match((await browser.get(`${HERE}?q=zzz`)).text, /No token matches/);
  assert.match(
    (await browser.get(`${HERE}?repository=%3Cb%3E`)).text,
    /There is no repository <code>&lt;b&gt;/,
  );
});

test("to allow a token again asks for the password, to revoke it does not", async () => {
  const browser = await signIn(app, app.owner);
  await app.ports.database.kysely
    .updateTable("session")
    .set({ authenticated_at: Date.now() - 11 * 60_000 })
    .where("uuid", "=", browser.session.uuid)
    .execute();
  const path = `${HERE}/${laptop.uuid}`;
  const revoked = await browser.post(path, { action: "revoke" });
  assert.equal(revoked.headers.location, HERE);
  const allowed = await browser.post(path, { action: "allow" });
  assert.match(String(allowed.headers.location), /^\/-\/confirm-password\?next=/);
  assert.match((await browser.get(path)).text, /value="allow"/);
  assert.equal((await (await signIn(app, app.owner)).post(path, { action: "allow" })).status, 303);
});

test("an owner revokes a token for the workspace, and allows it again", async () => {
  const browser = await signIn(app, app.owner);
  const path = `${HERE}/${laptop.uuid}`;
  const question = await browser.get(path);
  assert.match(question.text, /Revoke for acme/);
  const headers = { authorization: basic("mia@example.com", laptop.text) };
  const status = async () => (await fetch(`${app.url}/2.0/workspaces/acme`, { headers })).status;
  assert.equal(await status(), 200);
  const revoked = await browser.post(path, { action: "revoke" });
  assert.equal(revoked.status, 303);
  assert.equal(await status(), 403);
  const list = await browser.follow(revoked);
  assert.match(list.text, /Revoked for acme since/);
  assert.match(list.text, /Allow again/);
  assert.equal((await browser.post(path, { action: "allow" })).status, 303);
  assert.equal(await status(), 200);
});

test("a token that does not reach the workspace is not found there", async () => {
  const browser = await signIn(app, app.owner);
  for (const id of [elsewhere.uuid, "nonsense", "00000000-0000-4000-8000-000000000000"]) {
    assert.equal((await browser.get(`${HERE}/${id}`)).status, 404);
    assert.equal((await browser.post(`${HERE}/${id}`, { action: "revoke" }, { from: HERE })).status, 404);
  }
});

test("access tokens and grants are listed with what they are of, and each leads to where it is ended", async () => {
  const repository = await findRepository(
    app.ports.database.kysely,
    { uuid: app.workspace.uuid },
    { slug: "demo" as RepositorySlug },
  );
  const lifetimeMs = 30 * 86_400_000;
  const { token } = await createAccessToken(
    app.ports,
    app.by,
    { kind: "repository", repository: repository! },
    { name: "deploys", scopes: ["repository:write"], lifetimeMs },
  );
  const { consumer, authorization } = await makeConsumer(app, { name: "ci" });
  const own = await askForToken(app, { authorization }, { grant_type: "client_credentials" });
  const opens = async () =>
    (
      await fetch(`${app.url}/2.0/workspaces/acme`, {
        headers: { authorization: `Bearer ${String(own.json.access_token)}` },
      })
    ).status;
  assert.equal(await opens(), 200);
  const browser = await signIn(app, app.owner);
  const list = await browser.get(`${HERE}?kind=access-token`);
  assert.ok(list.text.includes("deploys") && !list.text.includes("release"));
  const revocation = `/acme/demo/admin/access-tokens/${token.uuid}/revoke`;
  assert.ok(list.text.includes(`href="${revocation}"`));
  assert.equal((await browser.get(revocation)).status, 200);
  const grants = (await browser.get(`${HERE}?kind=grant`)).text;
  assert.ok(!grants.includes("deploys"));
  const [, path = ""] = /href="(\/acme\/workspace\/settings\/tokens\/[\w-]{36})"/.exec(grants) ?? [];
  assert.match((await browser.get(path)).text, /<button class="danger">End/);
  const csv = (await browser.get(`${HERE}?format=csv`)).text;
  assert.match(csv, /,deploys,.*,access-token,repository demo,/);
  assert.match(csv, /,ci,.*,grant,,127\.0\.0\.1,/);
  assert.equal((await browser.post(path, { action: "end" })).status, 303);
  assert.equal(await opens(), 401);
  assert.equal((await browser.get(path)).status, 404);
  assert.deepEqual(await listLivingGrants(app.ports.database.kysely, { consumerUuid: consumer.uuid }), []);
});

/** Something that the member has allowed to a consumer. */
async function addGrant(consumerUuid: Uuid): Promise<Uuid> {
  const { kysely } = app.ports.database;
  const [uuid, createdAt] = [randomUUID() as Uuid, new Date()];
  const expiresAt = new Date(createdAt.getTime() + 86_400_000);
  await insertGrant(kysely, {
    uuid,
    kind: "authorization-code",
    consumerUuid,
    accountUuid: member.uuid,
    scopes: ["repository"],
    createdAt,
    lastUsedAt: undefined,
    revokedAt: undefined,
  });
  await insertRefreshToken(
    kysely,
    { grantUuid: uuid, createdAt, expiresAt, usedAt: undefined },
    randomBytes(32),
  );
  return uuid;
}

test("what a member has allowed to a consumer of another workspace is shown, and not ended here", async () => {
  const { workspace } = await createWorkspace(app.ports, app.by, { slug: "elsewhere", owner: stranger });
  const { consumer } = await makeConsumer({ ...app, workspace }, { name: "foreign dashboard" });
  const uuid = await addGrant(consumer.uuid);
  const browser = await signIn(app, app.owner);
  const { text } = await browser.get(`${HERE}?q=dashboard`);
  assert.ok(text.includes("foreign dashboard") && !text.includes(`${HERE}/${uuid}`));
  assert.equal((await browser.get(`${HERE}/${uuid}`)).status, 404);
  assert.equal((await browser.post(`${HERE}/${uuid}`, { action: "end" }, { from: HERE })).status, 404);
  assert.equal(
    (await listLivingGrants(app.ports.database.kysely, { consumerUuid: consumer.uuid })).length,
    1,
  );
});

test("a page of many grants and tokens takes as many statements as one of a few", async () => {
  const { consumer } = await makeConsumer(app, { name: "crowd" });
  const browser = await signIn(app, app.owner);
  const statements = async () => {
    await app.ports.auditNotes.idle();
    await browser.get(HERE);
    const { statements: all } = await measureCost(() => browser.get(HERE));
    return all
      .filter((each) => !each.startsWith("pragma data_version"))
      .map((each) => each.replaceAll(/\((?:\?, )*\?\)/g, "(?)"));
  };
  await addGrant(consumer.uuid);
  const few = await statements();
  for (let index = 0; index < 20; index += 1) {
    await addGrant(consumer.uuid);
    await addToken(member.uuid, `crowd ${index}`, 9, ["read:repository:bitbucket"]);
  }
  assert.deepEqual(await statements(), few);
});

test("an app that is installed is named, with its scopes", async () => {
  const { kysely } = app.ports.database;
  const bot = { uuid: randomUUID() as Uuid, createdAt: new Date() };
  await insertAccount(kysely, {
    ...bot,
    kind: "connect_app",
    accountId: `712020:${bot.uuid}`,
    username: "app-bot",
    displayName: "Gauge",
    nickname: "Gauge",
    isDisabled: false,
  });
  await insertInstallation(kysely, {
    uuid: randomUUID() as Uuid,
    workspaceUuid: app.workspace.uuid,
    accountUuid: bot.uuid,
    appKey: "gauge" as AppKey,
    clientKey: undefined,
    descriptorUrl: "https://gauge.example.com/connect.json",
    descriptor: {
      key: "gauge" as AppKey,
      name: `Gauge ${HOSTILE}`,
      description: "",
      vendor: undefined,
      baseUrl: "https://gauge.example.com",
      authentication: "jwt",
      lifecycle: { installed: undefined, uninstalled: undefined },
      scopes: ["repository:admin"],
      webhooks: [],
      postInstallRedirect: undefined,
      frames: [],
      otherModules: [],
    },
    isRegistered: false,
    sealedSecret: Buffer.alloc(32),
    publicKey: "",
    state: "installed",
    installingUntil: undefined,
    createdAt: bot.createdAt,
    updatedAt: bot.createdAt,
  });
  const browser = await signIn(app, app.owner);
  const { text } = await browser.get(HERE);
  const [, path = ""] = /href="([^"]+)"><bdi>Gauge/.exec(text) ?? [];
  assert.equal((await browser.get(path)).status, 200);
  assert.ok(text.includes("<code>repository:admin</code>") && !text.includes("<script>alert"));
});

test("the export has the limits of a token", async () => {
  const networks = ["192.0.2.0/24" as Network];
  await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "narrow",
    scopes: ["read:repository:bitbucket"],
    ageDays: 9,
    bound: { addresses: networks },
  });
  const { text } = await (await signIn(app, app.owner)).get(`${HERE}?format=csv&q=narrow`);
  assert.match(text, /,narrow,.*,addresses: 192\.0\.2\.0\/24\r\n/);
});

test("the page and its export say what is against the policy", async () => {
  const policy = {
    lifetimeDaysMax: 90,
    refusedScopes: ["admin:workspace:bitbucket"] as const,
    enforcedFrom: undefined,
  };
  await setTokenPolicy(app.ports, app.by, app.workspace, policy);
  const browser = await signIn(app, app.owner, "ja");
  const { text } = await browser.get(`${HERE}?show=against`);
  assert.match(text, /90\u00a0日間を超過/);
  assert.match(text, /からここでは拒否されています/);
  const csv = await browser.get(`${HERE}?format=csv`);
  assert.match(String(csv.headers["content-type"]), /^text\/csv/);
  const lines = csv.text.split("\r\n");
  assert.equal(lines.filter((line) => line.includes(",api-token,") && !line.includes("crowd")).length, 3);
  assert.match(
    lines.find((line) => line.includes("release"))!,
    /^owner,release,.*,\d{4}-.*Z,,api-token,,,,$/,
  );
});

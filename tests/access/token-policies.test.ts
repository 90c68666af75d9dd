import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SCOPES } from "../../src/model/scope.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import {
  blockToken,
  setTokenPolicy,
  unblockToken,
  type WantedTokenPolicy,
} from "../../src/operations/tokens/token-policies.ts";
import { createWorkspace } from "../../src/operations/workspaces/workspaces.ts";
import { listAuditEvents } from "../../src/storage/sql/audit/audit-events.ts";
import { replaceTokenPolicy } from "../../src/storage/sql/tokens/token-policies.ts";
import { basic } from "../support/clients/http-request.ts";
import { holdTransactions } from "../support/database/held-transactions.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

const DAY_MS = 86_400_000;

let app: TestApp;
let now: Date;

before(async () => {
  app = await startTestApp();
});
after(() => app.close());

async function newToken(ageDays: number, scopes = SCOPES, createdAt = new Date()) {
  const ports = { ...app.ports, clock: () => createdAt };
  const wanted = { accountUuid: app.owner.uuid, name: `${ageDays} days`, scopes, ageDays };
  const { text, token } = await createApiToken(ports, app.by, wanted);
  return { text: text.reveal(), uuid: token.uuid };
}

const NO_POLICY: WantedTokenPolicy = {
  lifetimeDaysMax: undefined,
  refusedScopes: [],
  enforcedFrom: undefined,
};

async function setPolicy(policy: Partial<WantedTokenPolicy>): Promise<void> {
  now = new Date();
  await setTokenPolicy({ clock: () => now }, app.by, app.workspace, { ...NO_POLICY, ...policy });
}

async function ask(path: string, token: string, init: RequestInit = {}) {
  const isGit = path.includes(".git");
  const name = isGit ? "owner" : "owner@example.com";
  const answer = await fetch(`${app.url}${path}`, {
    ...init,
    headers: { authorization: basic(name, token), "content-type": "application/json" },
  });
  return { status: answer.status, text: await answer.text() };
}

const THERE = [
  "/2.0/repositories/acme/demo",
  "/2.0/repositories/acme/demo/refs",
  "/2.0/workspaces/acme",
  "/2.0/workspaces/acme/projects/PROJ",
  "/acme/demo/get/main.zip",
  "/acme/demo.git/info/refs?service=git-upload-pack",
  "/acme/demo.git/info/refs?service=git-receive-pack",
];

async function outcomes(token: string): Promise<Record<string, number>> {
  const entries = await Promise.all(
    THERE.map(async (path) => [path, (await ask(path, token)).status] as const),
  );
  return Object.fromEntries(entries);
}

async function isRefusedEverywhere(token: string): Promise<boolean> {
  const statuses = Object.values(await outcomes(token));
  const refused = statuses.filter((status) => status === 403).length;
  assert.ok(refused === 0 || refused === statuses.length, JSON.stringify(await outcomes(token)));
  return refused > 0;
}

test("a token that lives too long is refused wherever the workspace is reached, and others are not", async () => {
  const [long, short] = [await newToken(31), await newToken(30)];
  assert.equal(await isRefusedEverywhere(long.text), false);
  await setPolicy({ lifetimeDaysMax: 30 });
  assert.equal(await isRefusedEverywhere(long.text), true);
  assert.equal(await isRefusedEverywhere(short.text), false);
  await setPolicy({});
  assert.equal(await isRefusedEverywhere(long.text), false);
});

test("the refusal says from when on, by whom and why, over REST and git", async () => {
  const { text } = await newToken(200);
  await setPolicy({ lifetimeDaysMax: 90, refusedScopes: ["write:repository:bitbucket"] });
  const expected =
    `From ${now.toISOString().slice(0, 10)} on, acme refuses this API token: it is against the policy of the workspace: ` +
    "it is valid for 200 days, and at most 90 are allowed; write:repository:bitbucket is not allowed";
  const rest = await ask("/2.0/repositories/acme/demo", text);
  assert.deepEqual(JSON.parse(rest.text), { type: "error", error: { message: expected } });
  const git = await ask("/acme/demo.git/info/refs?service=git-upload-pack", text);
  assert.deepEqual([git.status, git.text], [403, `${expected}\n`]);
  await setPolicy({});
});

test("who may not see the workspace learns nothing of its policy", async () => {
  const stranger = await createAccount(app.ports, app.by, { email: "eve@example.com", username: "eve" });
  await createWorkspace(app.ports, app.by, { slug: "eves", owner: stranger });
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: stranger.uuid,
    name: "long",
    scopes: SCOPES,
    ageDays: 300,
  });
  await setPolicy({ lifetimeDaysMax: 1 });
  const headers = { authorization: basic("eve@example.com", made.text.reveal()) };
  for (const path of [
    "/2.0/repositories/acme/demo",
    "/2.0/workspaces/acme",
    "/2.0/workspaces/acme/projects/PROJ",
  ]) {
    const hidden = await fetch(`${app.url}${path}`, { headers });
    const missing = await fetch(`${app.url}${path.replace("acme", "nope")}`, { headers });
    assert.deepEqual([hidden.status, missing.status], [404, 404]);
    assert.equal((await hidden.text()).replaceAll("acme", "nope"), await missing.text());
  }
  assert.equal((await fetch(`${app.url}/2.0/workspaces/eves`, { headers })).status, 200);
  await setPolicy({});
});

test("lists leave out the workspace that refuses, also when the answer was cached", async () => {
  const { text } = await newToken(100);
  const sizes = async () => {
    const lists = ["/2.0/user/workspaces", "/2.0/user/workspaces?pagelen=5"];
    const answers = await Promise.all(lists.map((path) => ask(path, text)));
    return answers.map((answer) => {
      const { size, values } = JSON.parse(answer.text) as { size?: number; values: unknown[] };
      return size ?? values.length;
    });
  };
  for (let round = 0; round < 3; round += 1) assert.deepEqual(await sizes(), [1, 1]);
  await setPolicy({ lifetimeDaysMax: 90 });
  assert.deepEqual(await sizes(), [0, 0]);
  await setPolicy({});
  assert.deepEqual(await sizes(), [1, 1]);
});

test("by a date to come, tokens that exist are refused later and new ones at once", async () => {
  const old = await newToken(300, SCOPES, new Date(Date.now() - DAY_MS));
  await setPolicy({ lifetimeDaysMax: 90, enforcedFrom: new Date(Date.now() + DAY_MS) });
  const young = await newToken(300, SCOPES, new Date(Date.now() + 1));
  assert.equal(await isRefusedEverywhere(old.text), false);
  assert.equal(await isRefusedEverywhere(young.text), true);
  // The date has come, and nothing is written to the database: no answer that was cached is given again.
  const past = await startWithClock(new Date(Date.now() + 2 * DAY_MS), old.text);
  assert.equal(past, 403);
  await setPolicy({});
});

/** Asks a server whose clock is ahead, over the same database. */
async function startWithClock(at: Date, token: string): Promise<number> {
  const { createApp } = await import("../../src/app.ts");
  const server = await createApp({ ...app.ports, clock: () => at });
  try {
    const answer = await server.inject({
      url: "/2.0/repositories/acme/demo",
      headers: { authorization: basic("owner@example.com", token) },
    });
    return answer.statusCode;
  } finally {
    await server.close();
  }
}

test("a request that was admitted before the policy changes nothing after it", async () => {
  const { text } = await newToken(100);
  const held = holdTransactions(app);
  const change = ask("/2.0/repositories/acme/demo", text, {
    method: "PUT",
    body: JSON.stringify({ description: "too late" }),
  });
  await held.waiting(1);
  // The transaction of the operation would be held as well.
  const at = new Date();
  await replaceTokenPolicy(app.ports.database.kysely, app.workspace.uuid, {
    ...NO_POLICY,
    lifetimeDaysMax: 90,
    networks: [],
    requiresTwoStep: false,
    enforcedFrom: at,
    changedAt: at,
  });
  await held.release();
  const { status, text: answer } = await change;
  assert.equal(status, 403, answer);
  assert.match(answer, /at most 90 are allowed/);
  await setPolicy({});
});

test("a token that an owner revokes for the workspace is refused there and lives elsewhere, until that is undone", async () => {
  const [{ text, uuid }, other] = [await newToken(20), await newToken(20)];
  await blockToken(app.ports, app.by, app.workspace, uuid);
  assert.equal(await isRefusedEverywhere(text), true);
  assert.equal(await isRefusedEverywhere(other.text), false);
  assert.match(
    (await ask("/2.0/workspaces/acme", text)).text,
    /an owner of the workspace has revoked it there/,
  );
  assert.equal((await ask("/2.0/user", text)).status, 200);
  await unblockToken(app.by, app.workspace, uuid);
  assert.equal(await isRefusedEverywhere(text), false);
  await assert.rejects(unblockToken(app.by, app.workspace, uuid), /does not refuse this token/);
});

test("only a token that reaches the workspace can be revoked for it", async () => {
  const nobody = await createAccount(app.ports, app.by, { email: "nil@example.com", username: "nil" });
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: nobody.uuid,
    name: "x",
    scopes: SCOPES,
    ageDays: 1,
  });
  for (const uuid of [made.token.uuid, "00000000-0000-4000-8000-000000000000" as Uuid])
    await assert.rejects(blockToken(app.ports, app.by, app.workspace, uuid), /No such token/);
});

test("wrong values name their field", async () => {
  for (const [wanted, field] of [
    [{ lifetimeDaysMax: 0 }, "lifetime"],
    [{ lifetimeDaysMax: 366 }, "lifetime"],
    [{ lifetimeDaysMax: 1.5 }, "lifetime"],
    [{ lifetimeDaysMax: 9, enforcedFrom: new Date(Date.now() + 400 * DAY_MS) }, "enforced_from"],
    [{ lifetimeDaysMax: 9, enforcedFrom: new Date(Number.NaN) }, "enforced_from"],
  ] as const)
    await assert.rejects(
      setPolicy(wanted),
      (error: { details?: { fields?: object } }) => field in (error.details?.fields ?? {}),
      field,
    );
});

test("the audit log has it: what was set, what was revoked, and who was refused", async () => {
  const { text, uuid } = await newToken(100);
  await setPolicy({ lifetimeDaysMax: 90 });
  await ask("/2.0/repositories/acme/demo", text);
  await blockToken(app.ports, app.by, app.workspace, uuid);
  await unblockToken(app.by, app.workspace, uuid);
  await setPolicy({});
  await app.ports.auditNotes.idle();
  const events = await listAuditEvents(app.ports.database.kysely, { limit: 20 });
  const told = events.map(({ action, subject }) => `${action} ${subject.kind} ${subject.name}`);
  for (const expected of [
    "workspace.policy-set workspace acme",
    "access.refused repository acme/demo",
    "token.blocked workspace acme",
    "token.unblocked workspace acme",
    "workspace.policy-removed workspace acme",
  ])
    assert.ok(told.includes(expected), `${expected} in ${told.join("\n")}`);
  const inAcme = events.filter(({ subject }) => subject.name.startsWith("acme"));
  assert.ok(inAcme.every(({ subject }) => subject.workspaceUuid === app.workspace.uuid));
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startTestApp } from "../../tests/support/server/test-app.ts";
import type { Mail } from "../mail/mailer.ts";
import { SCOPES } from "../model/scope.ts";
import { createAccessToken } from "../operations/access-tokens/access-tokens.ts";
import { addEmail, createAccount, disableAccount } from "../operations/accounts/accounts.ts";
import { createApiToken, revokeApiToken, rotateApiToken } from "../operations/tokens/api-tokens.ts";
import { createWebhook } from "../operations/webhooks/webhooks.ts";
import { createWorkspace, setMember } from "../operations/workspaces/workspaces.ts";
import { listDeliveries } from "../storage/sql/webhooks/webhook-deliveries.ts";
import { writeExpiryMail } from "../web/mails.ts";
import { renderPayload } from "../webhooks/webhook-payload.ts";
import { startTokenExpiryNotices } from "./token-expiry-notices.ts";

const DAY_MS = 86_400_000;
const app = await startTestApp({ mayReachPrivateAddresses: true });
after(() => app.close());

const start = Date.now();
let now = new Date(start);
let refusesMail = false;
let mails: Mail[] = [];
const ports = {
  ...app.ports,
  clock: () => now,
  mailer: {
    async send(mail: Mail) {
      if (refusesMail) throw new Error(`no mail for ${mail.to}`);
      mails.push(mail);
    },
    close() {},
  },
};
const job = startTokenExpiryNotices(ports, writeExpiryMail);
after(() => job.close());

let counter = 0;

async function newAccount() {
  counter += 1;
  const [username, email] = [`p${counter}`, `p${counter}@example.com`];
  const account = await createAccount(app.ports, app.by, {
    email,
    username,
    displayName: `Person ${counter}`,
  });
  await setMember(app.ports, app.by, app.workspace, account, "member", "read");
  return { account, email };
}

async function newToken(
  accountUuid: Awaited<ReturnType<typeof newAccount>>["account"]["uuid"],
  ageDays: number,
) {
  const wanted = { accountUuid, name: `for ${ageDays} days`, scopes: SCOPES, ageDays };
  return (await createApiToken(ports, app.by, wanted)).token;
}

/** The mails to an address, days after the start of the tests. */
async function mailsAfter(days: number, email: string): Promise<readonly string[]> {
  now = new Date(start + days * DAY_MS);
  mails = [];
  await job.run();
  await job.run();
  return mails.filter(({ to }) => to === email).map(({ text }) => text.reveal());
}

test("the owner is mailed once at each distance from the end, also when nobody looked for some days", async () => {
  now = new Date(start);
  const { account, email } = await newAccount();
  const token = await newToken(account.uuid, 30);
  const counts = [];
  for (const days of [15, 16, 17, 22, 23.5, 28, 29.5, 31])
    counts.push((await mailsAfter(days, email)).length);
  assert.deepEqual(counts, [0, 1, 0, 0, 1, 0, 1, 0]);
  now = new Date(start);
  const late = await newToken(account.uuid, 30);
  const [text = "", ...more] = await mailsAfter(29.5, email);
  assert.equal(more.length, 0);
  assert.ok(text.includes(late.uuid.slice(0, 8)) && !text.includes(token.uuid.slice(0, 8)));
  assert.match(text, /^Person \d+, a token of yours at /);
  assert.match(text, /有効期限/);
});

test("tokens that end at about the same time come in one mail", async () => {
  now = new Date(start);
  const { account, email } = await newAccount();
  for (const days of [30, 31, 40]) await newToken(account.uuid, days);
  const [text = "", ...more] = await mailsAfter(25, email);
  assert.equal(more.length, 0);
  assert.equal(text.match(/^\* for 3[01] days/gm)?.length, 4);
  assert.doesNotMatch(text, /for 40 days/);
});

test("a distance that is longer than the token's life does not count", async () => {
  now = new Date(start);
  const { account, email } = await newAccount();
  await newToken(account.uuid, 3);
  assert.equal((await mailsAfter(0, email)).length, 0);
  assert.equal((await mailsAfter(2.5, email)).length, 1);
});

test("nobody is mailed of tokens that are revoked or replaced, or of disabled accounts", async () => {
  now = new Date(start);
  const people = [];
  for (const [index, end] of ["revoked", "rotated", "disabled"].entries()) {
    const { account, email } = await newAccount();
    const token = await newToken(account.uuid, 30);
    now = new Date(start + 20 * DAY_MS + index);
    if (end === "revoked") await revokeApiToken(ports, app.by, token.uuid);
    if (end === "rotated") await rotateApiToken(ports, app.by, token.uuid, 60 * 24 * 7);
    if (end === "disabled") await disableAccount(ports, app.by, account);
    now = new Date(start);
    people.push(email);
  }
  for (const email of people) assert.deepEqual(await mailsAfter(24, email), [], email);
});

test("an address that is not confirmed gets no mail", async () => {
  now = new Date(start);
  const { account, email } = await newAccount();
  await newToken(account.uuid, 30);
  await addEmail(app.ports, app.by, account, {
    address: "new@example.com",
    isPrimary: false,
    isConfirmed: false,
  });
  assert.equal((await mailsAfter(25, email)).length, 1);
  assert.deepEqual(await mailsAfter(29.5, "new@example.com"), []);
});

test("a mail that was refused is sent later, and its address is not in the log", async () => {
  now = new Date(start);
  const { account, email } = await newAccount();
  await newToken(account.uuid, 30);
  refusesMail = true;
  assert.equal((await mailsAfter(29.5, email)).length, 0);
  refusesMail = false;
  assert.equal((await mailsAfter(29.6, email)).length, 1);
  assert.ok(!JSON.stringify(app.logLines).includes(email));
});

test("owners of the workspace are mailed of an access token, with its page, and webhooks hear of it", async () => {
  now = new Date(start);
  const hook = await createWebhook(
    app.ports,
    app.by,
    { kind: "workspace", uuid: app.workspace.uuid },
    app.workspace.uuid,
    { url: "http://127.0.0.1:9/hook", events: ["token:expiring"] },
  );
  const { token } = await createAccessToken(
    ports,
    app.by,
    { kind: "workspace", workspace: app.workspace },
    { name: "nightly build", scopes: ["repository"], lifetimeMs: 100 * DAY_MS },
  );
  await createApiToken(ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "own",
    scopes: SCOPES,
    ageDays: 100,
  });
  await mailsAfter(90, "");
  const texts = mails.map(({ text }) => text.reveal());
  const [ofAccessToken = "", ...more] = texts.filter((text) => text.includes("nightly build"));
  assert.equal(more.length, 0);
  assert.match(ofAccessToken, /, an access token of acme at /);
  assert.match(ofAccessToken, /\/acme\/workspace\/settings\/access-tokens$/m);
  assert.doesNotMatch(ofAccessToken, /\* own /);
  assert.match(texts.find((text) => text.includes("* own "))!, /\/-\/settings\/api-tokens$/m);
  const payloads = [];
  for (const delivery of await listDeliveries(app.ports.database.kysely, hook.uuid, 100)) {
    const rendered = await renderPayload(app.ports, delivery);
    assert.ok(rendered.kind === "rendered");
    payloads.push(JSON.parse(rendered.body));
  }
  const payload = payloads.find((each) => each.token.id === token.uuid);
  assert.deepEqual([payload.token.name, payload.token.owner.type], ["nightly build", "app_user"]);
});

test("webhooks of the workspaces that a token reaches hear of it once, and no others", async () => {
  now = new Date(start);
  const { account } = await newAccount();
  const elsewhere = await createWorkspace(app.ports, app.by, { slug: "elsewhere", owner: app.owner });
  const hooks = [];
  for (const [workspace, events] of [
    [app.workspace, ["token:expiring"]],
    [app.workspace, ["repo:push"]],
    [elsewhere.workspace, ["token:expiring"]],
  ] as const)
    hooks.push(
      await createWebhook(app.ports, app.by, { kind: "workspace", uuid: workspace.uuid }, workspace.uuid, {
        url: "http://127.0.0.1:9/hook",
        events,
      }),
    );
  const token = await newToken(account.uuid, 200);
  await mailsAfter(190, "");
  await mailsAfter(190.5, "");
  const { kysely } = app.ports.database;
  const heard = await Promise.all(hooks.map(({ uuid }) => listDeliveries(kysely, uuid, 100)));
  const payloads = [];
  for (const delivery of heard[0]!) {
    const rendered = await renderPayload(app.ports, delivery);
    assert.ok(rendered.kind === "rendered");
    payloads.push(JSON.parse(rendered.body));
  }
  const [payload, ...more] = payloads.filter((each) => each.token.id === token.uuid);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [payload.workspace.slug, payload.token.name, payload.token.owner.uuid, payload.actor],
    ["acme", "for 200 days", `{${account.uuid}}`, null],
  );
  assert.deepEqual([heard[1]!.length, heard[2]!.length], [0, 0]);
});

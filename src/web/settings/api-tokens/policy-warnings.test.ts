import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic } from "../../../../tests/support/clients/http-request.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../tests/support/server/web-client.ts";
import { createApiToken } from "../../../operations/tokens/api-tokens.ts";
import { blockToken, setTokenPolicy } from "../../../operations/tokens/token-policies.ts";

const app = await startTestApp();
after(() => app.close());

const { text: secret, token } = await createApiToken(
  { ...app.ports, clock: () => new Date(Date.now() - 86_400_000) },
  app.by,
  { accountUuid: app.owner.uuid, name: "long", scopes: ["read:repository:bitbucket"], ageDays: 300 },
);
const path = `/-/settings/api-tokens/${token.uuid}`;
const policy = { lifetimeDaysMax: 90, refusedScopes: [], enforcedFrom: undefined };

test("the owner of a token is told from when on a workspace refuses it, in both languages", async () => {
  const browser = await signIn(app, app.owner);
  assert.doesNotMatch((await browser.get(path)).text, /refuses this token/);
  const enforcedFrom = new Date(Date.now() + 30 * 86_400_000);
  await setTokenPolicy(app.ports, app.by, app.workspace, { ...policy, enforcedFrom });
  const ahead = await browser.get(path);
  assert.match(ahead.text, /From <time[^>]*>[^<]+<\/time> on, <b>acme<\/b> refuses this token/);
  assert.match(ahead.text, /at most 90 days/);
  await setTokenPolicy(app.ports, app.by, app.workspace, policy);
  assert.match((await browser.get(path)).text, /<b>acme<\/b> refuses this token: it is against the policy/);
  const japanese = await (await signIn(app, app.owner, "ja")).get(path);
  assert.match(japanese.text, /ポリシー違反（最長 90\u00a0日間）のため/);
});

test("a refused request is among those that its owner sees, with what to do", async () => {
  const headers = { authorization: basic("owner@example.com", secret.reveal()) };
  assert.equal((await fetch(`${app.url}/2.0/repositories/acme/demo`, { headers })).status, 403);
  await app.ports.auditNotes.idle();
  const browser = await signIn(app, app.owner);
  const list = await browser.get("/-/settings/refusals");
  assert.match(list.text, /the workspace refuses this token/);
  const one = /href="(\/-\/settings\/refusals\/\d+)"/.exec(list.text)![1]!;
  assert.match((await browser.get(one)).text, /Create a token that the policy allows, or ask an owner\./);
});

test("so is the owner of a token that was revoked for a workspace", async () => {
  await setTokenPolicy(app.ports, app.by, app.workspace, { ...policy, lifetimeDaysMax: undefined });
  await blockToken(app.ports, app.by, app.workspace, token.uuid);
  const { text } = await (await signIn(app, app.owner)).get(path);
  assert.match(text, /an owner has revoked it there/);
});

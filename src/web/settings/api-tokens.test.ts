import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic, sendRequest } from "../../../tests/support/clients/http-request.ts";
import { newUuid, sampleToken } from "../../../tests/support/examples/sample-model.ts";
import { waitUntil } from "../../../tests/support/processes/process-table.ts";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { openWebClient, signIn } from "../../../tests/support/server/web-client.ts";
import type { Account } from "../../model/account.ts";
import type { GrantedScope } from "../../model/scope.ts";
import { SCOPES } from "../../model/scope.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";
import { createApiToken, revokeApiToken } from "../../operations/tokens/api-tokens.ts";
import { findTokenWithHistory } from "../../storage/sql/tokens/token-history.ts";
import { insertToken, revokeToken } from "../../storage/sql/tokens/tokens.ts";

const LIST = "/-/settings/api-tokens";

const app = await startTestApp();
after(() => app.close());

let accounts = 0;
async function newPerson(displayName = "Ada Example"): Promise<Account> {
  accounts += 1;
  const username = `ada${accounts}`;
  return createAccount(app.ports, app.by, { email: `${username}@example.com`, username, displayName });
}

async function newToken(
  account: Account,
  name: string,
  changes: { scopes?: readonly GrantedScope[]; ageDays?: number } = {},
) {
  const { scopes = ["read:repository:bitbucket"], ageDays = 90 } = changes;
  return createApiToken(app.ports, app.by, { accountUuid: account.uuid, name, scopes, ageDays });
}

test("who is not signed in is sent to the sign-in, and comes back", async () => {
  const answer = await openWebClient(app).get(LIST);
  assert.equal(answer.status, 303);
  assert.match(String(answer.headers.location), /^\/-\/sign-in\?next=%2F-%2Fsettings%2Fapi-tokens$/);
});

test("nobody's first token: why one would want it, in both languages", async () => {
  const ada = await newPerson();
  const english = await (await signIn(app, ada)).get(LIST);
  assert.equal(english.status, 200);
  assert.match(english.text, /No token yet/);
  assert.match(english.text, /href="\/-\/settings\/api-tokens\/new"/);
  const japanese = await (await signIn(app, ada, "ja")).get(LIST);
  assert.match(japanese.text, /トークンはまだありません/);
});

test("the living come by their end, with a warning for those that end soon, and nothing of the token itself", async () => {
  const ada = await newPerson();
  const far = await newToken(ada, "far", { ageDays: 300 });
  const soon = await newToken(ada, "soon", { ageDays: 9, scopes: SCOPES.slice(0, 7) });
  const { text } = await (await signIn(app, ada)).get(LIST);
  assert.ok(text.indexOf(">soon<") < text.indexOf(">far<"));
  assert.match(text, /1 token expires within 14 days\./);
  assert.match(text, /<b class="warn"><time[^>]*>in 8 days|<b class="warn">in [89] days/);
  assert.match(text, /2 tokens/);
  assert.match(text, /and 3 more/);
  assert.match(text, /class="level low"/);
  assert.match(text, new RegExp(`<code>${far.token.uuid.slice(0, 8)}</code>`));
  for (const { text: secret } of [far, soon]) assert.ok(!text.includes(secret.reveal().slice(12, 24)));
  const japanese = (await (await signIn(app, ada, "ja")).get(LIST)).text;
  assert.match(japanese, /14\u00a0日以内に期限切れになるトークンが 1\u00a0件あります。/);
  assert.match(japanese, /ほか 3\u00a0件/);
});

test("the last use says when, from where and with what", async () => {
  const ada = await newPerson();
  const { text: token, token: stored } = await newToken(ada, "laptop", { scopes: ["read:user:bitbucket"] });
  const browser = await signIn(app, ada);
  assert.match((await browser.get(LIST)).text, />Never</);
  await sendRequest(app.url, "/2.0/user", {
    headers: {
      authorization: basic(`${ada.username}@example.com`, token.reveal()),
      "user-agent": "git/2.51.0",
    },
  });
  await waitUntil(
    "the use is written",
    async () =>
      (await findTokenWithHistory(app.ports.database.kysely, stored.uuid))?.lastUsedFrom !== undefined,
  );
  const { text } = await browser.get(LIST);
  assert.match(text, /just now/);
  assert.match(text, /127\.0\.0\.1/);
  assert.match(text, /git 2\.51/);
});

test("those that ended say why, for ninety days", async () => {
  const ada = await newPerson();
  const admin = await newPerson("Bob <b>Boss</b>");
  const db = app.ports.database.kysely;
  await revokeApiToken(app.ports, app.by, (await newToken(ada, "by the operator")).token.uuid);
  const found = await newToken(ada, "found");
  await sendRequest(app.url, "/-/token-revocation", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token: found.text.reveal() }).toString(),
  });
  for (const [name, account] of [
    ["by herself", ada],
    ["by another", admin],
  ] as const) {
    const { token } = await newToken(ada, name);
    const credential = { kind: "session", id: newUuid() } as const;
    await revokeToken(db, token.uuid, new Date(), {
      kind: "account",
      accountUuid: account.uuid,
      credential,
      address: "192.0.2.1",
    });
  }
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  await insertToken(db, sampleToken(ada, { name: "expired", expiresAt: daysAgo(3) }), Buffer.alloc(32, 1));
  await insertToken(db, sampleToken(ada, { name: "long ago", expiresAt: daysAgo(91) }), Buffer.alloc(32, 2));
  const { text } = await (await signIn(app, ada)).get(LIST);
  for (const why of [
    "revoked by you",
    "revoked by the operator",
    "revoked by somebody who had found it",
    "expired",
  ])
    assert.ok(text.includes(why), why);
  assert.match(text, /revoked by <bdi>Bob &lt;b&gt;Boss&lt;\/b&gt;<\/bdi>/);
  assert.doesNotMatch(text, /long ago/);
  assert.match((await (await signIn(app, ada, "ja")).get(LIST)).text, /自分で取り消し/);
});

test("a name is text, whatever is in it", async () => {
  const ada = await newPerson();
  const name = `"><script>alert(1)</script>&amp;'\u202e`;
  const { token } = await newToken(ada, name);
  const browser = await signIn(app, ada);
  for (const path of [
    LIST,
    `${LIST}/${token.uuid}`,
    `${LIST}/${token.uuid}/rotate`,
    `${LIST}/${token.uuid}/revoke`,
  ]) {
    const { status, text } = await browser.get(path);
    assert.equal(status, 200, path);
    assert.doesNotMatch(text, /<script>alert/, path);
    assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&amp;amp;/, path);
  }
});

test("tokens of somebody else are not there", async () => {
  const [ada, mallory] = [await newPerson(), await newPerson("Mallory")];
  const { token } = await newToken(ada, "of Ada");
  const browser = await signIn(app, mallory);
  assert.doesNotMatch((await browser.get(LIST)).text, /of Ada/);
  for (const path of ["", "/rotate", "/revoke"]) {
    const { status, text } = await browser.get(`${LIST}/${token.uuid}${path}`);
    assert.equal(status, 404, path);
    assert.doesNotMatch(text, /of Ada/);
  }
  for (const path of ["rotate", "revoke"]) {
    const fields = { overlap: "60" };
    const answer = await browser.post(`${LIST}/${token.uuid}/${path}`, fields, { from: `${LIST}/new` });
    assert.equal(answer.status, 404, path);
  }
  for (const unknown of [newUuid(), "x", "%00", "..%2f.."])
    assert.ok([400, 404].includes((await browser.get(`${LIST}/${unknown}`)).status), unknown);
  const after = await findTokenWithHistory(app.ports.database.kysely, token.uuid);
  assert.deepEqual([after?.revokedAt, after?.successorUuid], [undefined, undefined]);
});

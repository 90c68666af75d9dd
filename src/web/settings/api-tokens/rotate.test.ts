import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic, sendRequest } from "../../../../tests/support/clients/http-request.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../tests/support/server/web-client.ts";
import { createApiToken, revokeApiToken } from "../../../operations/tokens/api-tokens.ts";
import { findTokenWithHistory } from "../../../storage/sql/tokens/token-history.ts";

const LIST = "/-/settings/api-tokens";
const TOKEN = /ATATT3xFfGF0[A-Za-z0-9_-]{171}=[0-9A-F]{8}/;

const app = await startTestApp();
after(() => app.close());

let made = 0;
async function newToken() {
  made += 1;
  const { text, token } = await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: `token ${made}`,
    scopes: ["read:user:bitbucket", "write:repository:bitbucket"],
    ageDays: 30,
  });
  return { text: text.reveal(), token, path: `${LIST}/${token.uuid}` };
}

async function statusOf(token: string): Promise<number> {
  const headers = { authorization: basic("owner@example.com", token) };
  return (await sendRequest(app.url, "/2.0/user", { headers })).status;
}

for (const [overlap, oldStatus, said] of [
  ["0", 401, /The old token <code>[0-9a-f]{8}<\/code> is refused from now on\./],
  ["60", 200, /The old token <code>[0-9a-f]{8}<\/code> works until <time/],
] as const) {
  test(`rotation with ${overlap} minutes of overlap shows the successor once`, async () => {
    const old = await newToken();
    const browser = await signIn(app, app.owner);
    const question = await browser.get(`${old.path}/rotate`);
    assert.match(question.text, /The old token works on for/);
    assert.doesNotMatch(question.text, TOKEN);
    const shown = await browser.post(`${old.path}/rotate`, { overlap });
    assert.equal(shown.status, 200);
    assert.equal(shown.headers["cache-control"], "no-store");
    assert.match(shown.text, said);
    const [successor = ""] = TOKEN.exec(shown.text) ?? [];
    assert.deepEqual([await statusOf(old.text), await statusOf(successor)], [oldStatus, 200]);
    const again = await browser.post(`${old.path}/rotate`, { overlap }, { from: LIST });
    assert.equal(again.status, 303);
    const end = await browser.follow(again);
    assert.match(end.text, /This token was shown already/);
    assert.doesNotMatch(end.text, TOKEN);
    assert.match((await browser.get(`${old.path}/rotate`)).text, /was rotated already/);
  });
}

test("a rotation says how long, or is asked again", async () => {
  const { path } = await newToken();
  const browser = await signIn(app, app.owner, "ja");
  for (const overlap of ["", "1", "-1", "99999999"]) {
    const answer = await browser.post(`${path}/rotate`, { overlap });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /古いトークンの併用期間を選択してください。/);
  }
});

test("what has ended cannot be rotated, and leads to a new one", async () => {
  const { path, token } = await newToken();
  await revokeApiToken(app.ports, app.by, token.uuid);
  const browser = await signIn(app, app.owner);
  const answer = await browser.get(`${path}/rotate`);
  assert.match(answer.text, /cannot be rotated/);
  assert.match(answer.text, /href="\/-\/settings\/api-tokens\/new"/);
  const posted = await browser.post(`${path}/rotate`, { overlap: "0" }, { from: LIST });
  assert.match(posted.text, /cannot be rotated/);
  assert.doesNotMatch(posted.text, TOKEN);
});

test("revoking asks first and says what stops; then it is refused, and the list says why", async () => {
  const { path, text, token } = await newToken();
  const browser = await signIn(app, app.owner);
  const question = await browser.get(`${path}/revoke`);
  assert.match(question.text, /Revoke <bdi>token \d+<\/bdi>\?/);
  assert.match(question.text, /This cannot be undone\./);
  assert.match(question.text, /<b class="w">write<\/b>:repository/);
  assert.equal(await statusOf(text), 200, "a question changes nothing");
  const done = await browser.follow(await browser.post(`${path}/revoke`));
  assert.match(done.text, new RegExp(`${token.name} is revoked\\. It is refused from now on\\.`));
  assert.match(done.text, /revoked by you/);
  assert.equal(await statusOf(text), 401);
  const history = await findTokenWithHistory(app.ports.database.kysely, token.uuid);
  assert.deepEqual(history?.revokedBy, {
    kind: "account",
    accountUuid: app.owner.uuid,
    displayName: "Olive Owner",
  });
  assert.match((await browser.follow(await browser.get(`${path}/revoke`))).text, /had ended already/);
  assert.match((await browser.get(path)).text, /revoked by you/);
});

test("revoking needs no fresh password, rotating does", async () => {
  const { path } = await newToken();
  const browser = await signIn(app, app.owner);
  await app.ports.database.kysely
    .updateTable("session")
    .set({ authenticated_at: Date.now() - 11 * 60_000 })
    .where("uuid", "=", browser.session.uuid)
    .execute();
  const rotated = await browser.post(`${path}/rotate`, { overlap: "60" }, { from: LIST });
  assert.match(String(rotated.headers.location), /^\/-\/confirm-password/);
  const revoked = await browser.post(`${path}/revoke`);
  assert.equal(revoked.headers.location, LIST);
});

test("the page of a token has the commands for a repository of one's own, and for no other text", async () => {
  const { path } = await newToken();
  const browser = await signIn(app, app.owner);
  const { text } = await browser.get(`${path}?repository=acme/demo`);
  assert.match(
    text,
    /git remote set-url origin http:\/\/x-bitbucket-api-token-auth@127\.0\.0\.1:\d+\/acme\/demo\.git/,
  );
  const other = await browser.get(`${path}?repository=${encodeURIComponent("x/y;rm -rf ~")}`);
  assert.doesNotMatch(other.text, /rm -rf/);
});

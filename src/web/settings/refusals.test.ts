import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic, sendRequest } from "../../../tests/support/clients/http-request.ts";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { signIn } from "../../../tests/support/server/web-client.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";

const app = await startTestApp();
after(() => app.close());

const token = await app.token(["read:repository:bitbucket"]);
const push = await sendRequest(app.url, "/acme/demo.git/info/refs?service=git-receive-pack", {
  headers: { authorization: basic("owner", token) },
});
await app.ports.auditNotes.idle();
const browser = await signIn(app, app.owner);

test("a push that lacks a scope is told where to look", () => {
  assert.equal(push.status, 403);
  assert.match(push.text, /\nSee http:\/\/127\.0\.0\.1:\d+\/-\/settings\/refusals\n/);
});

test("a refused request is listed, and its page leads to a token that has the scope", async () => {
  const list = await browser.get("/-/settings/refusals");
  assert.equal(list.status, 200);
  assert.match(list.text, />git push<\/a>/);
  const path = /href="(\/-\/settings\/refusals\/\d+)"/.exec(list.text)![1]!;
  const { status, text } = await browser.get(path);
  assert.equal(status, 200);
  assert.match(text, /<h1>The token lacks <code>write:repository<\/code><\/h1>/);
  assert.match(text, /class="no"><b>Scope<\/b>missing, stopped here/);
  assert.match(text, /<b>Permission<\/b>not asked/);
  assert.match(
    text,
    /href="\/-\/settings\/api-tokens\/new\?scopes=read%3Arepository%3Abitbucket%2Cwrite%3Arepository%3Abitbucket"/,
  );
  assert.doesNotMatch(text, /ATATT/);
  const japanese = await (await signIn(app, app.owner, "ja")).get(path);
  assert.match(japanese.text, /トークンに <code>write:repository<\/code> がありません/);
});

test("nobody sees the refusals of others", async () => {
  const path = /href="(\/-\/settings\/refusals\/\d+)"/.exec(
    (await browser.get("/-/settings/refusals")).text,
  )![1]!;
  const other = await createAccount(app.ports, app.by, { email: "o@example.com", username: "other" });
  const stranger = await signIn(app, other);
  assert.match((await stranger.get("/-/settings/refusals")).text, /Nothing was refused/);
  assert.equal((await stranger.get(path)).status, 404);
  for (const odd of ["0", "x", "1e400", "99999999999999999999"])
    assert.equal((await browser.get(`/-/settings/refusals/${odd}`)).status, 404, odd);
});

test("without a session one signs in first, and comes back", async () => {
  const answer = await sendRequest(app.url, "/-/settings/refusals", { headers: { accept: "text/html" } });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, "/-/sign-in?next=%2F-%2Fsettings%2Frefusals");
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { appAuthorization, openConnectApp } from "../../../../tests/support/remote-servers/connect-app.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../tests/support/server/web-client.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";

const app = await startTestApp({ mayReachPrivateAddresses: true });
after(() => app.close());
const remote = await openConnectApp({
  modules: {
    webhooks: [{ event: "repo:push", url: "/webhook" }],
    configurePage: { key: "settings", name: "Settings", url: "/configure?of={target_user.uuid}" },
  },
});
const SETTINGS = "/acme/workspace/settings/installed-apps";
const LINK = `/site/addons/authorize?descriptor_uri=${encodeURIComponent(remote.descriptorUrl)}&redirect_uri=${encodeURIComponent(`${remote.baseUrl}/done`)}`;
const SCOPES = (remote.descriptor.scopes as readonly string[]).join(" ");

test("an app is installed by its link, in development mode alone, once its scopes have been seen", async () => {
  const browser = await signIn(app, app.owner);
  const refused = await browser.post(LINK, { workspace: "acme" }, { from: LINK });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Development mode of the workspace is off/);
  assert.deepEqual(remote.received("/app/atlassian-connect.json"), []);
  const on = await browser.post(SETTINGS, { action: "mode", mode: "on" }, { from: SETTINGS });
  assert.equal(on.status, 303);
  const review = await browser.post(LINK, { workspace: "acme" }, { from: LINK });
  assert.match(review.text, /Test App/);
  assert.match(review.text, /pullrequest:write/);
  assert.deepEqual(remote.received("/app/installed"), []);
  const fewer = { workspace: "acme", action: "grant", scopes: "account" };
  assert.equal((await browser.post(LINK, fewer, { from: LINK })).status, 422);
  const grant = { workspace: "acme", action: "grant", scopes: SCOPES };
  const granted = await browser.post(LINK, grant, { from: LINK });
  assert.equal(granted.status, 303);
  const { json } = remote.received("/app/installed")[0]!;
  const expected = `${remote.baseUrl}/done?client_key=${encodeURIComponent(json.clientKey)}`;
  assert.equal(granted.headers.location, expected);
  assert.equal(json.actor.uuid, app.owner.uuid);
});

test("a redirect that leaves the app is refused", async () => {
  const browser = await signIn(app, app.owner);
  for (const target of [`${remote.baseUrl}-evil`, `${remote.baseUrl}/../x`, "https://evil.example/"]) {
    const link = LINK.replace(/redirect_uri=.*/, `redirect_uri=${encodeURIComponent(target)}`);
    const answer = await browser.post(link, { workspace: "acme" }, { from: link });
    assert.equal(answer.status, 422);
  }
});

test("the pages of an app stand in frames without an origin, with a token for their address", async () => {
  const browser = await signIn(app, app.owner);
  const shown = await browser.get(`${SETTINGS}/test-app`);
  assert.match(shown.text, /<iframe src="http:\/\/127\.0\.0\.1:\d+\/app\/configure\?of=[^"]*jwt=[^"]+"/);
  assert.match(shown.text, /sandbox="allow-scripts allow-forms"/);
  assert.match(String(shown.headers["content-security-policy"]), /frame-src http:\/\/127\.0\.0\.1:\d+$/);
});

test("the log shows what was sent and hashed, and the box says what is wrong with a token", async () => {
  const browser = await signIn(app, app.owner);
  const { json } = remote.received("/app/installed")[0]!;
  const shown = await browser.get(SETTINGS);
  assert.match(shown.text, /atlassian-connect\.json/);
  assert.ok(!shown.text.includes(json.sharedSecret));
  const check = async (token: string) =>
    (await browser.post(SETTINGS, { action: "check", token }, { from: SETTINGS })).text;
  const credentials = { key: json.key, clientKey: json.clientKey, sharedSecret: json.sharedSecret };
  assert.match(await check(appAuthorization(credentials, undefined)), /It would be taken/);
  const old = appAuthorization(credentials, undefined, { exp: 1 });
  assert.match(await check(old), /It would be refused:.*it has expired/);
});

test("who does not own the workspace installs nothing there", async () => {
  const account = await createAccount(app.ports, app.by, { email: "mia@example.com", username: "mia" });
  const browser = await signIn(app, account);
  const grant = { workspace: "acme", action: "grant", scopes: SCOPES };
  const before = remote.received("/app/installed").length;
  assert.ok((await browser.post(LINK, grant, { from: LINK })).status >= 400);
  assert.equal(remote.received("/app/installed").length, before);
});

test("it is uninstalled there", async () => {
  const browser = await signIn(app, app.owner);
  const done = await browser.post(SETTINGS, { action: "uninstall", key: "test-app" }, { from: SETTINGS });
  assert.equal(done.status, 303);
  assert.equal(remote.received("/app/uninstalled").length, 1);
  assert.match((await browser.get(SETTINGS)).text, /No app is installed here/);
});

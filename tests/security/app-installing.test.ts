import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { OauthScope } from "../../src/model/oauth-scope.ts";
import { installApp } from "../../src/operations/apps/install-app.ts";
import { listAppCalls } from "../../src/storage/sql/apps/app-calls.ts";
import { restAs } from "../support/clients/rest-callers.ts";
import { type AppCredentials, appAuthorization } from "../support/remote-servers/connect-app.ts";
import { startTestApp } from "../support/server/test-app.ts";

/**
 * While it is asked to take its installation an app may call already. What it gets by that must not outlive an installation that
 * fails, nor be more than somebody has agreed to at last.
 */
const app = await startTestApp({ mayReachPrivateAddresses: true });
after(() => app.close());

/** What the app has got while it was asked, and what it answers. */
let scopes: readonly OauthScope[] = ["repository:admin"];
let answer = 200;
let credentials: AppCredentials | undefined;
let token = "";
/** What a change by its own JWT was answered while it was asked. */
let changed = 0;
/** Of the JWT that the app was sent at last. */
let signature = "";
/** As servers do that are made to look at requests. */
let isEcho = false;

const remote = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  if (request.url !== "/installed") {
    response.end(
      JSON.stringify({
        key: "eager",
        name: "Eager",
        baseUrl,
        authentication: { type: "jwt" },
        lifecycle: { installed: "/installed" },
        scopes,
      }),
    );
    return;
  }
  const { key, clientKey, sharedSecret } = JSON.parse(Buffer.concat(parts).toString());
  for (const secret of [credentials?.sharedSecret ?? sharedSecret, sharedSecret])
    await callAs({ key, clientKey, sharedSecret: secret });
  credentials = { key, clientKey, sharedSecret };
  const { authorization } = request.headers;
  signature = authorization?.split(".")[2] ?? "";
  if (!isEcho) response.writeHead(answer).end();
  else
    response
      .writeHead(answer, { "x-authorization": authorization ?? "", "x-secret": sharedSecret })
      .end(`${authorization}\n${Buffer.concat(parts)}`);
});
await new Promise<void>((resolve) => remote.listen(0, "127.0.0.1", resolve));
after(() => {
  remote.closeAllConnections();
  remote.close();
});
const baseUrl = `http://127.0.0.1:${(remote.address() as AddressInfo).port}`;

async function callAs(by: AppCredentials): Promise<void> {
  token = (await exchange(by)) ?? token;
  const rest = restAs(app, appAuthorization(by, undefined));
  const { status } = await rest("PUT", "/repositories/acme/demo", { description: "mine" });
  if (status !== 401) changed = status;
}

async function exchange(by: AppCredentials): Promise<string | undefined> {
  const answered = await fetch(`${app.url}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization: appAuthorization(by, undefined) },
    body: new URLSearchParams({ grant_type: "urn:bitbucket:oauth2:jwt" }),
  });
  return ((await answered.json()) as { access_token?: string }).access_token;
}

const install = () =>
  installApp(app.ports, app.by, app.workspace, { kind: "descriptor", url: `${baseUrl}/d` });
const asks = async (method = "GET", body?: unknown) =>
  (await restAs(app, `Bearer ${token}`)(method, "/repositories/acme/demo", body)).status;

test("the tokens of an app that does not take its installation end with it", async () => {
  answer = 500;
  await assert.rejects(install(), /did not take/);
  assert.notEqual(token, "");
  assert.equal(await asks(), 401);
});

test("what an app gets while it is installed has the scopes that are agreed to now", async () => {
  answer = 200;
  scopes = ["repository"];
  await install();
  assert.equal(changed, 403);
  assert.notEqual(await asks("PUT", { description: "mine" }), 200);
});

test("installed again with fewer scopes, it keeps no token that has more", async () => {
  scopes = ["repository:admin"];
  await install();
  token = (await exchange(credentials!))!;
  assert.equal(await asks("PUT", { description: "agreed" }), 200);
  const wide = token;
  scopes = ["repository"];
  await install();
  for (const each of [wide, token]) {
    token = each;
    assert.notEqual(await asks("PUT", { description: "mine" }), 200);
  }
  token = (await exchange(credentials!))!;
  assert.equal(await asks(), 200);
});

test("an app that repeats what it is sent does not put its secret into the log of calls", async () => {
  isEcho = true;
  await install();
  const calls = await listAppCalls(app.ports.database.kysely, app.workspace.uuid, { limit: 20 });
  const [installed] = calls.filter(({ kind }) => kind === "installed");
  assert.match(installed!.responseBody!, /sharedSecret/);
  assert.ok(!JSON.stringify(calls).includes(credentials!.sharedSecret));
  assert.ok(!JSON.stringify(calls).includes(signature));
  isEcho = false;
});

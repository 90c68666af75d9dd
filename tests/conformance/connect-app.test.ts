import assert from "node:assert/strict";
import { after, test } from "node:test";
import { operatorBy } from "../../src/authorization/operator-by.ts";
import { parseJsonWebToken, tokenProblem } from "../../src/connect/json-web-token.ts";
import { queryStringHash } from "../../src/connect/query-string-hash.ts";
import type { Installation } from "../../src/model/app.ts";
import { Secret } from "../../src/model/secret.ts";
import { installApp } from "../../src/operations/apps/install-app.ts";
import { uninstallApp } from "../../src/operations/apps/uninstall-app.ts";
import { listAppCalls } from "../../src/storage/sql/apps/app-calls.ts";
import { findInstallation } from "../../src/storage/sql/apps/installations.ts";
import { listAppWebhooks } from "../../src/storage/sql/webhooks/webhooks.ts";
import { createCaller, ownerOf, restAs } from "../support/clients/rest-callers.ts";
import {
  type AppCredentials,
  type AppRequest,
  appAuthorization,
  openConnectApp,
} from "../support/remote-servers/connect-app.ts";
import { startTestApp } from "../support/server/test-app.ts";

/** The life of an app, from its first call to its last: contract, auth-beyond-tokens.md §3. */
const app = await startTestApp({ mayReachPrivateAddresses: true }, { lookMs: 20, retryMs: [10, 10] });
after(() => app.close());
const remote = await openConnectApp();
const { ports, workspace } = app;
// Its links name the port, which is known by now.
const by = operatorBy(ports);
const owner = await ownerOf(app);
const SOURCE = { kind: "descriptor", url: remote.descriptorUrl } as const;

let installation: Installation;
let credentials: AppCredentials;

/** The claims of a call to the app, which must be signed with its secret and be for this path. */
function verified({ headers }: AppRequest, path: string, secret = credentials.sharedSecret) {
  const [scheme, text] = headers.authorization!.split(" ");
  assert.equal(scheme, "JWT");
  const token = parseJsonWebToken(text!)!;
  assert.deepEqual(token.header, { alg: "HS256", typ: "JWT" });
  assert.equal(tokenProblem(token, new Secret(secret), new Date()), undefined);
  assert.deepEqual(Object.keys(token.claims), ["iss", "iat", "qsh", "aud", "exp"]);
  assert.equal(token.claims.qsh, queryStringHash({ method: "POST", target: path }));
  assert.equal(Number(token.claims.exp) - Number(token.claims.iat), 3_600);
  return token.claims;
}

async function restByApp(method: string, path: string, body?: unknown) {
  return restAs(app, appAuthorization(credentials, { method, target: `/2.0${path}` }))(method, path, body);
}

function exchange(authorization: string): Promise<Response> {
  return fetch(`${app.url}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization },
    body: new URLSearchParams({ grant_type: "urn:bitbucket:oauth2:jwt" }),
  });
}

test("an app that is installed by its descriptor gets its secret, unsigned this first time", async () => {
  installation = await installApp(ports, by, workspace, SOURCE);
  assert.match(installation.clientKey, /^connection:\d+$/);
  assert.equal(installation.state, "installed");
  const [call] = remote.received("/app/installed");
  const { json, headers } = call!;
  assert.equal(headers.authorization, undefined);
  assert.equal(headers["x-event-key"], undefined);
  assert.equal(json.key, "test-app");
  assert.equal(json.clientKey, installation.clientKey);
  assert.match(json.sharedSecret, /^[\w-]{64}$/);
  assert.match(json.publicKey, /^MII/);
  assert.deepEqual(
    [json.eventType, json.productType, json.baseUrl, json.baseApiUrl],
    ["installed", "bitbucket", app.url, app.url],
  );
  assert.deepEqual(
    [json.principal.type, json.principal.username, json.user.uuid],
    ["team", "acme", `{${workspace.uuid}}`],
  );
  credentials = { key: "test-app", clientKey: json.clientKey, sharedSecret: json.sharedSecret };
});

test("what was called is in the log, without the secret", async () => {
  const calls = await listAppCalls(ports.database.kysely, workspace.uuid, { limit: 10 });
  assert.deepEqual(
    calls.map(({ kind, responseStatus }) => [kind, responseStatus]),
    [
      ["installed", 200],
      ["descriptor", 200],
    ],
  );
  assert.ok(!JSON.stringify(calls).includes(credentials.sharedSecret));
});

test("the app calls with a token of its own, and acts as itself within its scopes", async () => {
  const repository = "/repositories/acme/demo";
  assert.equal((await restByApp("GET", repository)).status, 200);
  assert.equal(
    (await restByApp("GET", `${repository}/pullrequests?q=title%3D%22a%20b%22&pagelen=1`)).status,
    200,
  );
  const withoutHash = restAs(app, appAuthorization(credentials, undefined));
  assert.equal((await withoutHash("GET", repository)).status, 200);
  const refused = await restByApp("PUT", repository, { description: "changed" });
  assert.equal(refused.status, 403);
  assert.deepEqual(refused.json.error.detail.granted, [
    "account",
    "repository:write",
    "pullrequest:write",
    "webhook",
  ]);
});

test("the app exchanges a token of its own for an access token, whatever its qsh is", async () => {
  for (const authorization of [
    appAuthorization(credentials, undefined),
    appAuthorization(credentials, { method: "GET", target: "/site/oauth2/access_token" }),
  ]) {
    const answer = await exchange(authorization);
    assert.equal(answer.status, 200);
    const { access_token, token_type } = (await answer.json()) as Record<string, string>;
    assert.equal(token_type, "bearer");
    const asApp = restAs(app, `Bearer ${access_token}`);
    assert.equal((await asApp("GET", "/repositories/acme/demo")).status, 200);
  }
  const lowerCase = appAuthorization(credentials, undefined).replace("JWT", "jwt");
  assert.equal((await exchange(lowerCase)).status, 400);
});

const PROPERTY = "/repositories/acme/demo/properties/test-app/stars";

test("a property that an app stores is its own, unless it says that it is public", async () => {
  assert.equal((await owner.rest("GET", PROPERTY)).status, 404);
  assert.equal((await restByApp("PUT", PROPERTY, { stars: 7, of: { any: ["kind"] } })).status, 204);
  assert.deepEqual((await restByApp("GET", PROPERTY)).json, { stars: 7, of: { any: ["kind"] } });
  assert.equal((await owner.rest("GET", PROPERTY)).status, 404);
  assert.equal((await restByApp("PUT", PROPERTY, { _attributes: ["public"], stars: 8 })).status, 204);
  assert.deepEqual((await owner.rest("GET", PROPERTY)).json, { _attributes: ["public"], stars: 8 });
  assert.equal((await owner.rest("PUT", PROPERTY, { stars: 9 })).status, 403);
  assert.equal((await restAs(app)("PUT", PROPERTY, { stars: 9 })).status, 404);
  assert.equal((await restByApp("PUT", PROPERTY, [7])).status, 400);
  assert.equal((await restByApp("PUT", PROPERTY, { text: "x".repeat(33 * 1024) })).status, 400);
  assert.equal((await restByApp("PUT", PROPERTY.replace("test-app", "another-app"), {})).status, 404);
  assert.equal((await restByApp("DELETE", PROPERTY)).status, 204);
  assert.equal((await restByApp("DELETE", PROPERTY)).status, 404);
});

test("people of the app's workspace have properties, and no others", async () => {
  const property = (uuid: string) => `/users/%7B${uuid}%7D/properties/test-app/seen`;
  const own = property(app.owner.uuid);
  assert.equal((await restByApp("PUT", own, { seen: true })).status, 204);
  assert.deepEqual((await restByApp("GET", own)).json, { seen: true });
  const stranger = await createCaller(app, "stranger");
  assert.equal((await restByApp("PUT", property(stranger.account.uuid), { seen: true })).status, 404);
});

test("an app updates itself, and its scopes do not grow", async () => {
  const scopes = remote.descriptor.scopes as readonly string[];
  assert.equal((await restByApp("PUT", "/addon", {})).status, 204);
  for (const [descriptor, status] of [
    [{ ...remote.descriptor, scopes: [...scopes, "repository:admin"] }, 400],
    [{ ...remote.descriptor, scopes: [] }, 400],
    [{ ...remote.descriptor, scopes: undefined }, 400],
    [{ ...remote.descriptor, key: "another-app" }, 400],
    [{ ...remote.descriptor, baseUrl: "ftp://127.0.0.1/" }, 400],
    [{ ...remote.descriptor, name: "Renamed" }, 204],
  ] as const)
    assert.equal((await restByApp("PUT", "/addon", { descriptor })).status, status);
  assert.equal((await restByApp("PUT", "/addon", { descriptor_url: `${remote.baseUrl}/other` })).status, 400);
  assert.equal((await restByApp("PUT", "/addon", { descriptor_url: remote.descriptorUrl })).status, 204);
  const { status, json } = await owner.rest("PUT", "/addon", {});
  assert.equal(status, 403);
  assert.equal(
    json.error.message,
    "This API is only accessible with the following authentication types: jwt",
  );
  assert.equal((await restAs(app)("PUT", "/addon", {})).status, 401);
  const key = await restByApp("GET", "/addon/test-app/client-key");
  assert.deepEqual(key.json, { client_key: credentials.clientKey });
  assert.equal((await restByApp("GET", "/addon/another/client-key")).status, 404);
});

test("an event is told wrapped, with a token, and with one UUID for each kind of event", async () => {
  for (const description of ["one", "two"])
    assert.equal((await owner.rest("PUT", "/repositories/acme/demo", { description })).status, 200);
  const [first, second] = await remote.take("/app/webhook", 2);
  for (const delivery of [first!, second!]) {
    const { headers, json } = delivery;
    const claims = verified(delivery, "/webhook");
    assert.deepEqual([claims.iss, claims.aud], [credentials.clientKey, credentials.clientKey]);
    assert.deepEqual(Object.keys(json), ["event", "data"]);
    assert.equal(json.event, "repo:updated");
    assert.equal(json.data.repository.full_name, "acme/demo");
    assert.equal(headers["x-event-key"], "repo:updated");
    assert.equal(headers["user-agent"], "Bitbucket-Webhooks/2.0");
    assert.match(headers["x-event-time"] as string, /^\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT$/);
    assert.match(headers["x-hub-signature"] as string, /^sha256=/);
  }
  assert.equal(first!.headers["x-hook-uuid"], second!.headers["x-hook-uuid"]);
  const hooks = await listAppWebhooks(ports.database.kysely, installation.uuid);
  assert.equal(new Set(hooks.map(({ uuid }) => uuid)).size, hooks.length);
  assert.ok(hooks.every(({ events }) => events.length === 1));
  // Its scopes cover neither pipelines nor issues.
  assert.ok(!hooks.some(({ events }) => /^(?:pipeline|issue|project):/.test(events[0]!)));
});

test("nobody sees its webhooks among their own", async () => {
  const { json } = await owner.rest("GET", "/workspaces/acme/hooks");
  assert.deepEqual(json.values, []);
});

test("installed again, it is told with the secret that it has, and gets a new one", async () => {
  const before = credentials.sharedSecret;
  const again = await installApp(ports, by, workspace, SOURCE);
  assert.equal(again.clientKey, credentials.clientKey);
  const call = remote.received("/app/installed")[1]!;
  verified(call, "/installed", before);
  assert.notEqual(call.json.sharedSecret, before);
  assert.equal((await restByApp("GET", "/repositories/acme/demo")).status, 401);
  credentials = { ...credentials, sharedSecret: call.json.sharedSecret };
  assert.equal((await restByApp("GET", "/repositories/acme/demo")).status, 200);
});

test("an app that does not take the call stays as it was", async () => {
  remote.answer("/app/installed", 500);
  await assert.rejects(installApp(ports, by, workspace, SOURCE), /did not take its call: it answered 500/);
  remote.answer("/app/installed", undefined);
  assert.equal((await restByApp("GET", "/repositories/acme/demo")).status, 200);
});

test("uninstalled while it is down, it has nothing any more", async () => {
  remote.answer("/app/uninstalled", 503);
  const { access_token } = (await (await exchange(appAuthorization(credentials, undefined))).json()) as {
    readonly access_token: string;
  };
  const asApp = restAs(app, `Bearer ${access_token}`);
  assert.equal((await asApp("GET", "/repositories/acme/demo")).status, 200);
  const found = await findInstallation(ports.database.kysely, installation.uuid);
  const told = await uninstallApp(ports, by, workspace, found!);
  assert.equal(told?.isTaken, false);
  const [call] = remote.received("/app/uninstalled");
  verified(call!, "/uninstalled");
  assert.deepEqual(
    [call!.json.eventType, call!.json.sharedSecret, call!.json.actor],
    ["uninstalled", undefined, undefined],
  );
  assert.equal((await restByApp("GET", "/repositories/acme/demo")).status, 401);
  assert.equal((await asApp("GET", "/repositories/acme/demo")).status, 401);
  assert.deepEqual(await listAppWebhooks(ports.database.kysely, installation.uuid), []);
  const after = await findInstallation(ports.database.kysely, installation.uuid);
  await assert.rejects(uninstallApp(ports, by, workspace, after!), /not installed/);
});

test("installed after that, it is known by the same key", async () => {
  remote.answer("/app/uninstalled", undefined);
  const again = await installApp(ports, by, workspace, SOURCE);
  assert.equal(again.uuid, installation.uuid);
  const call = remote.received("/app/installed").at(-1)!;
  verified(call, "/installed");
  credentials = { ...credentials, sharedSecret: call.json.sharedSecret };
  assert.equal((await restByApp("GET", "/repositories/acme/demo")).status, 200);
});

test("an app removes itself", async () => {
  assert.equal((await restByApp("DELETE", "/addon")).status, 204);
  assert.equal((await restByApp("GET", "/repositories/acme/demo")).status, 401);
  assert.equal((await restByApp("DELETE", "/addon")).status, 401);
});

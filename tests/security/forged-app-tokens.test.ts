import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Claims } from "../../src/connect/json-web-token.ts";
import { installApp } from "../../src/operations/apps/install-app.ts";
import { createWorkspace } from "../../src/operations/workspaces/workspaces.ts";
import { restAs } from "../support/clients/rest-callers.ts";
import {
  type AppCredentials,
  appAuthorization,
  openConnectApp,
  tokenWithHeader,
} from "../support/remote-servers/connect-app.ts";
import { startTestApp } from "../support/server/test-app.ts";

/**
 * Whoever can make a token that counts acts as an app. The attacks on JWT (RFC 8725), on what binds one to its request, and on
 * the border between two installations.
 */
const app = await startTestApp({ mayReachPrivateAddresses: true });
after(() => app.close());
const remote = await openConnectApp();
const SOURCE = { kind: "descriptor", url: remote.descriptorUrl } as const;
const other = await createWorkspace(app.ports, app.by, { slug: "other", name: "Other", owner: app.owner });
await installApp(app.ports, app.by, app.workspace, SOURCE);
await installApp(app.ports, app.by, other.workspace, SOURCE);
const [own, others] = remote.received("/app/installed").map(
  ({ json }): AppCredentials => ({
    key: json.key,
    clientKey: json.clientKey,
    sharedSecret: json.sharedSecret,
  }),
) as [AppCredentials, AppCredentials];
const { publicKey } = remote.received("/app/installed")[0]!.json as { readonly publicKey: string };

const PATH = "/repositories/acme/demo";
const REQUEST = { method: "GET", target: `/2.0${PATH}` };

function claims(more: Claims = {}): Claims {
  const iat = Math.floor(Date.now() / 1_000);
  return { iss: own.key, sub: own.clientKey, iat, exp: iat + 180, ...more };
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const ask = (authorization: string) => restAs(app, authorization)("GET", PATH);

test("a genuine token is taken", async () => {
  assert.equal((await ask(appAuthorization(own, REQUEST))).status, 200);
});

for (const [attack, authorization] of [
  ["alg: none, and no signature", `JWT ${encode({ alg: "none" })}.${encode(claims())}.`],
  ["alg: none, with a good signature", `JWT ${tokenWithHeader({ alg: "none" }, claims(), own.sharedSecret)}`],
  [
    "RS256, with the public key as the secret of HMAC",
    `JWT ${tokenWithHeader({ alg: "RS256" }, claims(), publicKey)}`,
  ],
  [
    "HS256, with the public key as the secret",
    `JWT ${tokenWithHeader({ alg: "HS256" }, claims(), publicKey)}`,
  ],
  [
    "HS256, with the bytes of the public key",
    `JWT ${tokenWithHeader({ alg: "HS256" }, claims(), Buffer.from(publicKey, "base64"))}`,
  ],
  [
    "a key that the header brings",
    `JWT ${tokenWithHeader({ alg: "HS256", jwk: { kty: "oct", k: "YQ" } }, claims(), "a")}`,
  ],
  ["a key id that is a path", `JWT ${tokenWithHeader({ alg: "HS256", kid: "/dev/null" }, claims(), "")}`],
  ["an empty secret", `JWT ${tokenWithHeader({ alg: "HS256" }, claims(), "")}`],
  ["iat in the future", appAuthorization(own, REQUEST, { iat: Math.floor(Date.now() / 1_000) + 600 })],
  ["a token that has expired", appAuthorization(own, REQUEST, { exp: Math.floor(Date.now() / 1_000) - 1 })],
  ["no exp", appAuthorization(own, REQUEST, { exp: undefined })],
  [
    "the secret of another installation",
    appAuthorization({ ...own, sharedSecret: others.sharedSecret }, REQUEST),
  ],
  [
    "another installation's sub, with the own secret",
    appAuthorization({ ...own, clientKey: others.clientKey }, REQUEST),
  ],
  ["another app's iss", appAuthorization({ ...own, key: "another-app" }, REQUEST)],
  ["sub as a list", appAuthorization(own, REQUEST, { sub: [own.clientKey] })],
  ["sub as an object", appAuthorization(own, REQUEST, { sub: { toString: "x" } })],
  ["an iss and no sub", appAuthorization(own, REQUEST, { sub: undefined })],
  ["a qsh of another method", appAuthorization(own, { ...REQUEST, method: "DELETE" })],
  ["a qsh of another path", appAuthorization(own, { ...REQUEST, target: "/2.0/repositories/acme/other" })],
  ["a qsh of another query", appAuthorization(own, { ...REQUEST, target: `/2.0${PATH}?q=x` })],
  ["a qsh that is empty", appAuthorization(own, undefined, { qsh: "" })],
  ["a qsh that is null", appAuthorization(own, undefined, { qsh: null })],
] as const) {
  test(`refuses ${attack}`, async () => {
    assert.equal((await ask(authorization)).status, 401);
  });
}

test("a token that this server gave to the app is not taken back", async () => {
  await installApp(app.ports, app.by, app.workspace, SOURCE);
  const { headers, json } = remote.received("/app/installed")[2]!;
  assert.match(headers.authorization ?? "", /^JWT /);
  assert.equal((await ask(headers.authorization!)).status, 401);
  Object.assign(own, { sharedSecret: json.sharedSecret });
});

test("an app reaches nothing of another workspace", async () => {
  const asOther = restAs(app, appAuthorization(others, undefined));
  assert.equal((await asOther("GET", PATH)).status, 404);
  assert.equal((await asOther("PUT", `${PATH}/properties/test-app/stars`, { stars: 1 })).status, 404);
});

test("a stranger learns of no installation", async () => {
  const texts = [];
  for (const credentials of [
    { ...own, sharedSecret: "wrong" },
    { ...own, clientKey: "connection:999999" },
    { ...own, key: "unknown" },
  ])
    texts.push((await ask(appAuthorization(credentials, REQUEST))).text);
  assert.equal(new Set(texts).size, 1);
});

for (const [carrier, header] of [
  ["Bearer", (token: string) => `Bearer ${token}`],
  [
    "Basic, as a password",
    (token: string) => `Basic ${Buffer.from(`x-token-auth:${token}`).toString("base64")}`,
  ],
  ["Basic, as a name", (token: string) => `Basic ${Buffer.from(`${token}:x`).toString("base64")}`],
] as const) {
  test(`a token of an app is not taken by ${carrier}`, async () => {
    const token = appAuthorization(own, REQUEST).replace(/^JWT /, "");
    assert.equal((await ask(header(token))).status, 401);
  });
}

test("Git takes no token of an app", async () => {
  const authorization = appAuthorization(own, undefined);
  const answer = await fetch(`${app.url}/acme/demo.git/info/refs?service=git-upload-pack`, {
    headers: { authorization },
  });
  assert.equal(answer.status, 401);
});

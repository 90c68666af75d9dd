import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  allowInBrowser,
  makeConsumer,
  statusOf,
  type TestConsumer,
} from "../../support/clients/oauth-client.ts";
import { installPublishedClient } from "../../support/clients/published-client.ts";
import { startTestApp, type TestApp } from "../../support/server/test-app.ts";
import { signIn } from "../../support/server/web-client.ts";

const client = await installPublishedClient(import.meta.dirname);
const skip = client.kind === "impossible" ? client.reason : false;
// Their types are not installed where Pail's own sources are checked.
// biome-ignore lint/suspicious/noExplicitAny: packages of others, loaded where they are installed.
const load = async (file: string): Promise<any> =>
  client.kind === "installed" ? import(join(client.packagesFolder, file)) : {};
const oauth = await load("oauth4webapi/build/index.js");

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

describe("oauth4webapi", { skip }, () => {
  /** Loopback has no TLS. */
  const PLAIN = { [oauth.allowInsecureRequests]: true };

  async function discover() {
    const issuer = new URL(app.url);
    const response = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...PLAIN });
    return oauth.processDiscoveryResponse(issuer, response);
  }

  const clientOf = ({ key }: TestConsumer) => ({ client_id: key });

  test("finds the endpoints, signs somebody in with PKCE, refreshes, and gives the token back", async () => {
    const server = await discover();
    const consumer = await makeConsumer(app, { isPrivate: false, callbackUrl: "http://127.0.0.1/cb" });
    const known = clientOf(consumer);
    const authentication = oauth.ClientSecretBasic(consumer.secret);
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const redirect = "http://127.0.0.1:51234/cb";
    const back = await allowInBrowser(app, consumer, app.owner, {
      redirect_uri: redirect,
      scope: "repository account",
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const parameters = oauth.validateAuthResponse(server, known, back, state);
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      known,
      authentication,
      parameters,
      redirect,
      verifier,
      PLAIN,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, known, answer);
    assert.equal(tokens.scope, "repository account");
    assert.equal(await statusOf(app, tokens.access_token), 200);
    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      known,
      await oauth.refreshTokenGrantRequest(server, known, authentication, tokens.refresh_token!, PLAIN),
    );
    assert.equal(await statusOf(app, refreshed.access_token), 200);
    const gone = await oauth.revocationRequest(
      server,
      known,
      authentication,
      refreshed.refresh_token!,
      PLAIN,
    );
    assert.equal(await oauth.processRevocationResponse(gone), undefined);
    assert.equal(await statusOf(app, refreshed.access_token), 401);
  });

  test("acts for the workspace with client credentials in the body", async () => {
    const server = await discover();
    const consumer = await makeConsumer(app);
    const known = clientOf(consumer);
    const authentication = oauth.ClientSecretPost(consumer.secret);
    const answer = await oauth.clientCredentialsGrantRequest(server, known, authentication, {}, PLAIN);
    const tokens = await oauth.processClientCredentialsResponse(server, known, answer);
    assert.equal(tokens.refresh_token, undefined);
    const read = await oauth.protectedResourceRequest(
      tokens.access_token,
      "GET",
      new URL("/2.0/repositories/acme/demo", app.url),
      undefined,
      undefined,
      PLAIN,
    );
    assert.equal(read.status, 200);
  });

  test("connects a device without a browser", async () => {
    const server = await discover();
    const consumer = await makeConsumer(app, { isPrivate: false });
    const known = clientOf(consumer);
    const authentication = oauth.ClientSecretBasic(consumer.secret);
    const begun = await oauth.processDeviceAuthorizationResponse(
      server,
      known,
      await oauth.deviceAuthorizationRequest(server, known, authentication, {}, PLAIN),
    );
    const ask = () => oauth.deviceCodeGrantRequest(server, known, authentication, begun.device_code, PLAIN);
    await assert.rejects(oauth.processDeviceCodeResponse(server, known, await ask()), {
      error: "authorization_pending",
    });
    await assert.rejects(oauth.processDeviceCodeResponse(server, known, await ask()), {
      error: "slow_down",
    });
    const browser = await signIn(app, app.owner);
    const path = new URL(begun.verification_uri).pathname;
    const question = await browser.post(path, { user_code: begun.user_code.toLowerCase() });
    assert.match(question.text, new RegExp(begun.user_code));
    await browser.post(path, { user_code: begun.user_code, action: "allow" });
    const tokens = await oauth.processDeviceCodeResponse(server, known, await ask());
    assert.equal(await statusOf(app, tokens.access_token), 200);
    // It works once.
    await assert.rejects(oauth.processDeviceCodeResponse(server, known, await ask()), {
      error: "invalid_grant",
    });
  });
});

test("passport-bitbucket-oauth2 signs somebody in, and reads who it is", { skip }, async () => {
  assert.ok(client.kind === "installed");
  const require = createRequire(join(client.packagesFolder, "x.js"));
  const { Strategy } = require("passport-bitbucket-oauth2");
  const consumer = await makeConsumer(app, { scopes: ["account", "email"] });
  const strategy = new Strategy(
    {
      clientID: consumer.key,
      clientSecret: consumer.secret,
      callbackURL: "https://app.example.com/cb",
      authorizationURL: `${app.url}/site/oauth2/authorize`,
      tokenURL: `${app.url}/site/oauth2/access_token`,
      userProfileURL: `${app.url}/2.0/user`,
    },
    (access: string, refresh: string, profile: { username: string }, done: (...done: unknown[]) => void) =>
      done(null, { tokens: [typeof access, typeof refresh], username: profile.username }),
  );
  /** What Passport makes of a request: a redirect, somebody, or an error. */
  const authenticate = (query: Readonly<Record<string, string>>): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      const each = Object.create(strategy);
      each.redirect = (to: string) => resolve({ to });
      each.success = (user: unknown) => resolve({ user });
      each.fail = (failure: unknown) => resolve({ failure });
      each.error = (error: unknown) => resolve({ error });
      each.authenticate({ query, body: {}, headers: {}, connection: {} }, {});
    });
  const { to } = await authenticate({});
  const asked = Object.fromEntries(new URL(String(to)).searchParams);
  assert.equal(asked.client_id, consumer.key);
  const back = await allowInBrowser(app, consumer, app.owner, { redirect_uri: asked.redirect_uri! });
  assert.deepEqual(await authenticate(Object.fromEntries(back.searchParams)), {
    user: { tokens: ["string", "string"], username: "owner" },
  });
});

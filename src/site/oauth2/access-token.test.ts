import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";
import { basic, sendRequest } from "../../../tests/support/clients/http-request.ts";
import {
  allowedCode,
  askForToken,
  CALLBACK,
  grantedTokens,
  makeConsumer,
  makeVerifier,
  postForm,
  statusOf,
} from "../../../tests/support/clients/oauth-client.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { startApp } from "../../app.ts";
import { createAccount, disableAccount, enableAccount } from "../../operations/accounts/accounts.ts";
import { deleteConsumer, rotateConsumerSecret, updateConsumer } from "../../operations/oauth/consumers.ts";
import { setAccountDisabled } from "../../storage/sql/accounts/accounts.ts";
import { listAuditEvents } from "../../storage/sql/audit/audit-events.ts";
import { ACCESS_TOKEN_PATH } from "./access-token.ts";
import { DEVICE_AUTHORIZATION_PATH } from "./device-authorization.ts";
import { REVOKE_PATH } from "./revoke.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const started = await startTestApp();
let aheadMs = 0;
const clock = () => new Date(Date.now() + aheadMs);
const moved = await startApp({ ...started.ports, clock }, { sharesPort: false });
/** Its clock is moved by tests. */
const app: TestApp = { ...started, url: moved.url, ports: { ...started.ports, clock } };
afterEach(() => {
  aheadMs = 0;
});
after(async () => {
  await moved.close();
  await started.close();
});

const { owner } = app;
const byCode = (code: string, more: Readonly<Record<string, string>> = {}) => ({
  grant_type: "authorization_code",
  code,
  ...more,
});
const byRefresh = (refresh: string) => ({ grant_type: "refresh_token", refresh_token: refresh });
const CLIENT_CREDENTIALS = { grant_type: "client_credentials" };

describe("client credentials", () => {
  test("give a private consumer an access token that reads its workspace, and no refresh token", async () => {
    const consumer = await makeConsumer(app, { scopes: ["repository:write", "webhook"] });
    const answer = await askForToken(app, consumer, CLIENT_CREDENTIALS);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers["content-type"] ?? "", /^application\/json/);
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers.pragma, "no-cache");
    const { access_token: access, ...rest } = answer.json;
    assert.deepEqual(rest, {
      scopes: "repository:write webhook",
      scope: "repository:write webhook",
      expires_in: 7_200,
      token_type: "bearer",
      state: "client_credentials",
    });
    assert.match(String(access), /^pail_oa_[\w-]{64}[0-9A-F]{8}$/);
    assert.equal(await statusOf(app, String(access)), 200);
  });

  test("count only for the scopes of the consumer, which are told in the older words", async () => {
    const consumer = await makeConsumer(app, { scopes: ["repository"] });
    const { json } = await askForToken(app, consumer, CLIENT_CREDENTIALS);
    const answer = await sendRequest(app.url, "/2.0/repositories/acme/demo", {
      method: "DELETE",
      headers: { authorization: `Bearer ${json.access_token}` },
    });
    assert.equal(answer.status, 403);
    assert.deepEqual(JSON.parse(answer.text).error.detail, {
      required: ["repository:delete"],
      granted: ["repository"],
    });
    assert.equal(answer.headers["x-oauth-scopes"], "repository");
  });

  test("are refused to a public consumer, in the recorded words", async () => {
    const consumer = await makeConsumer(app, { isPrivate: false });
    const { status, json } = await askForToken(app, consumer, CLIENT_CREDENTIALS);
    assert.equal(status, 400);
    assert.deepEqual(json, {
      error_description:
        'Cannot use client_credentials with a consumer marked as "public". Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.',
      error: "invalid_grant",
    });
  });

  test("end when the consumer's own account is disabled", async () => {
    const consumer = await makeConsumer(app);
    const { json } = await askForToken(app, consumer, CLIENT_CREDENTIALS);
    await setAccountDisabled(started.ports.database.kysely, consumer.consumer.accountUuid, new Date());
    assert.equal(await statusOf(app, String(json.access_token)), 401);
    assert.equal((await askForToken(app, consumer, CLIENT_CREDENTIALS)).status, 400);
  });
});

describe("the credentials of a consumer", () => {
  const wrong = { error_description: "Invalid OAuth client credentials", error: "unauthorized_client" };
  const missing = {
    error_description: "Requests must be authenticated using OAuth client credentials",
    error: "unauthorized_client",
  };

  test("may come in the body", async () => {
    const { key, secret } = await makeConsumer(app);
    const sent = { ...CLIENT_CREDENTIALS, client_id: key, client_secret: secret };
    assert.equal((await postForm(app, ACCESS_TOKEN_PATH, sent)).status, 200);
  });

  test("that are wrong are refused alike, whether there is such a consumer or not", async () => {
    const { key, secret } = await makeConsumer(app);
    for (const [sentKey, sentSecret] of [
      [key, "x".repeat(32)],
      ["x".repeat(18), secret],
      [key.toLowerCase(), secret],
      [key, `${secret} `],
    ] as const) {
      const headers = { authorization: basic(sentKey, sentSecret) };
      const { status, json } = await postForm(app, ACCESS_TOKEN_PATH, CLIENT_CREDENTIALS, headers);
      assert.deepEqual([status, json], [400, wrong]);
      const inBody = { ...CLIENT_CREDENTIALS, client_id: sentKey, client_secret: sentSecret };
      assert.deepEqual((await postForm(app, ACCESS_TOKEN_PATH, inBody)).json, wrong);
    }
  });

  test("that are missing are asked for", async () => {
    const { key } = await makeConsumer(app);
    for (const [fields, headers] of [
      [CLIENT_CREDENTIALS, {}],
      [{ ...CLIENT_CREDENTIALS, client_id: key }, {}],
      [CLIENT_CREDENTIALS, { authorization: basic(key, "") }],
      [CLIENT_CREDENTIALS, { authorization: "Bearer x" }],
      [CLIENT_CREDENTIALS, { authorization: "JWT x" }],
    ] as const) {
      const { status, json } = await postForm(app, ACCESS_TOKEN_PATH, fields, headers);
      assert.deepEqual([status, json], [400, missing]);
    }
  });

  test("may come in both ways if they are the same, and each parameter once", async () => {
    const { key, secret, authorization } = await makeConsumer(app);
    const both = { ...CLIENT_CREDENTIALS, client_id: key, client_secret: secret };
    assert.equal((await postForm(app, ACCESS_TOKEN_PATH, both, { authorization })).status, 200);
    for (const body of [
      `grant_type=client_credentials&client_id=${key}&client_secret=other`,
      `grant_type=client_credentials&client_id=other`,
      "grant_type=client_credentials&grant_type=client_credentials",
    ]) {
      const { status, json } = await postForm(app, ACCESS_TOKEN_PATH, body, { authorization });
      assert.deepEqual([status, json.error], [400, "invalid_request"]);
    }
  });

  test("in the URL are refused, and stand in no log", async () => {
    const { key, secret, authorization } = await makeConsumer(app);
    for (const query of [
      `client_id=${key}&client_secret=${secret}`,
      "grant_type=client_credentials",
      "access_token=x",
    ]) {
      const path = `${ACCESS_TOKEN_PATH}?${query}`;
      const { status, json } = await postForm(app, path, CLIENT_CREDENTIALS, { authorization });
      assert.deepEqual([status, json.error], [400, "invalid_request"]);
    }
    assert.ok(!app.logLines.some((line) => JSON.stringify(line).includes(secret)));
  });

  test("of the old secret are refused once there is another, and what was had by them ends", async () => {
    const consumer = await makeConsumer(app);
    const { json } = await askForToken(app, consumer, CLIENT_CREDENTIALS);
    const granted = await grantedTokens(app, consumer, owner);
    const { secret } = await rotateConsumerSecret(app.ports, app.by, consumer.consumer.uuid);
    assert.deepEqual((await askForToken(app, consumer, CLIENT_CREDENTIALS)).json, wrong);
    assert.equal(await statusOf(app, String(json.access_token)), 401);
    // Somebody has allowed this, and it is not had with the secret alone.
    assert.equal(await statusOf(app, granted.access), 200);
    const authorization = basic(consumer.key, secret.reveal());
    assert.equal((await askForToken(app, { authorization }, CLIENT_CREDENTIALS)).status, 200);
  });
});

test("a grant that is unknown is echoed, as recorded", async () => {
  const consumer = await makeConsumer(app);
  for (const [fields, said] of [
    [{}, "None"],
    [{ grant_type: "password" }, "password"],
    [{ grant_type: "implicit" }, "implicit"],
  ] as const) {
    const { status, json } = await askForToken(app, consumer, fields as Record<string, string>);
    assert.equal(status, 400);
    assert.deepEqual(json, {
      error_description: `Unsupported grant type: ${said}`,
      error: "invalid_grant",
    });
  }
});

test("a body that is no form has no parameters", async () => {
  const { authorization } = await makeConsumer(app);
  const headers = { authorization, "content-type": "application/json" };
  const { status, json } = await postForm(
    app,
    ACCESS_TOKEN_PATH,
    JSON.stringify(CLIENT_CREDENTIALS),
    headers,
  );
  assert.deepEqual([status, json.error_description], [400, "Unsupported grant type: None"]);
});

test("endpoints are asked by POST alone", async () => {
  for (const path of [ACCESS_TOKEN_PATH, REVOKE_PATH, DEVICE_AUTHORIZATION_PATH])
    for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
      const answer = await sendRequest(app.url, path, { method });
      assert.deepEqual([answer.status, answer.headers.allow], [405, "POST"], `${method} ${path}`);
    }
});

describe("an authorization code", () => {
  test("becomes an access token of whoever allowed it, and a refresh token", async () => {
    const consumer = await makeConsumer(app);
    const code = await allowedCode(app, consumer, owner);
    const answer = await askForToken(app, consumer, byCode(code));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.state, "authorization_code");
    assert.equal(answer.json.scope, "repository account");
    assert.match(String(answer.json.refresh_token), /^pail_or_/);
    const user = await sendRequest(app.url, "/2.0/user", {
      headers: { authorization: `Bearer ${answer.json.access_token}` },
    });
    assert.equal(JSON.parse(user.text).username, owner.username);
  });

  test("that is used twice ends all that it became", async () => {
    const consumer = await makeConsumer(app);
    const code = await allowedCode(app, consumer, owner);
    const { json } = await askForToken(app, consumer, byCode(code));
    assert.equal(await statusOf(app, String(json.access_token)), 200);
    const again = await askForToken(app, consumer, byCode(code));
    assert.deepEqual([again.status, again.json.error], [400, "invalid_grant"]);
    assert.equal(await statusOf(app, String(json.access_token)), 401);
    assert.equal((await askForToken(app, consumer, byRefresh(String(json.refresh_token)))).status, 400);
  });

  test("gives two who use it at once one grant at most", async () => {
    const consumer = await makeConsumer(app);
    const code = await allowedCode(app, consumer, owner);
    const answers = await Promise.all([1, 2, 3, 4].map(() => askForToken(app, consumer, byCode(code))));
    const tokens = answers
      .filter(({ status }) => status === 200)
      .map(({ json }) => String(json.access_token));
    assert.ok(tokens.length <= 1);
    for (const token of tokens) assert.equal(await statusOf(app, token), 401);
  });

  test("of one consumer is nothing to another, and stays what it was", async () => {
    const [consumer, other] = [await makeConsumer(app), await makeConsumer(app)];
    const code = await allowedCode(app, consumer, owner);
    assert.equal((await askForToken(app, other, byCode(code))).status, 400);
    assert.equal((await askForToken(app, consumer, byCode(code))).status, 200);
  });

  test("lives for a minute", async () => {
    const consumer = await makeConsumer(app);
    const code = await allowedCode(app, consumer, owner);
    aheadMs = MINUTE_MS;
    assert.equal((await askForToken(app, consumer, byCode(code))).json.error, "invalid_grant");
  });

  test("is exchanged with the redirect_uri that it was asked for with", async () => {
    const consumer = await makeConsumer(app);
    const asked = { redirect_uri: `${CALLBACK}/a` };
    for (const [sent, status] of [
      [{}, 400],
      [{ redirect_uri: CALLBACK }, 400],
      [{ redirect_uri: `${CALLBACK}/b` }, 400],
      [asked, 200],
    ] as const) {
      const code = await allowedCode(app, consumer, owner, asked);
      const answer = await askForToken(app, consumer, byCode(code, sent as Record<string, string>));
      assert.equal(answer.status, status, JSON.stringify(sent));
    }
  });

  test("without a redirect_uri takes none, or the registered one", async () => {
    const consumer = await makeConsumer(app);
    for (const [sent, status] of [
      [{}, 200],
      [{ redirect_uri: CALLBACK }, 200],
      [{ redirect_uri: `${CALLBACK}/a` }, 400],
    ] as const) {
      const code = await allowedCode(app, consumer, owner);
      const answer = await askForToken(app, consumer, byCode(code, sent as Record<string, string>));
      assert.equal(answer.status, status, JSON.stringify(sent));
    }
  });

  test("with a challenge takes its verifier alone; without one it takes none", async () => {
    const consumer = await makeConsumer(app);
    const { verifier, challenge } = makeVerifier();
    const bound = { code_challenge: challenge, code_challenge_method: "S256" };
    for (const [why, asked, sent, status] of [
      ["its verifier", bound, { code_verifier: verifier }, 200],
      ["another verifier", bound, { code_verifier: makeVerifier().verifier }, 400],
      ["the challenge itself", bound, { code_verifier: challenge }, 400],
      ["an empty verifier", bound, { code_verifier: "" }, 400],
      ["no verifier", bound, {}, 400],
      ["a verifier, after the challenge was taken out on the way", {}, { code_verifier: verifier }, 400],
    ] as const) {
      const code = await allowedCode(app, consumer, owner, asked as Record<string, string>);
      const answer = await askForToken(app, consumer, byCode(code, sent as Record<string, string>));
      assert.equal(answer.status, status, why);
    }
  });

  test("of an account that is disabled meanwhile becomes nothing", async () => {
    const consumer = await makeConsumer(app);
    const account = await createAccount(app.ports, app.by, { email: "d1@example.com", username: "d1" });
    const code = await allowedCode(app, consumer, account);
    await disableAccount(app.ports, app.by, account);
    assert.equal((await askForToken(app, consumer, byCode(code))).json.error, "invalid_grant");
  });
});

describe("a refresh token", () => {
  test("gives the next two; what was had before lives on", async () => {
    const consumer = await makeConsumer(app);
    const first = await grantedTokens(app, consumer, owner);
    const { status, json } = await askForToken(app, consumer, byRefresh(first.refresh));
    assert.equal(status, 200);
    assert.equal(json.state, "refresh_token");
    assert.notEqual(json.access_token, first.access);
    assert.notEqual(json.refresh_token, first.refresh);
    assert.equal(await statusOf(app, first.access), 200);
    assert.equal(await statusOf(app, String(json.access_token)), 200);
  });

  test("gives the same two again for ten minutes, also to two who ask at once", async () => {
    const consumer = await makeConsumer(app);
    const { refresh } = await grantedTokens(app, consumer, owner);
    const answers = await Promise.all([1, 2, 3].map(() => askForToken(app, consumer, byRefresh(refresh))));
    aheadMs = 10 * MINUTE_MS - 5_000;
    answers.push(await askForToken(app, consumer, byRefresh(refresh)));
    const pairs = answers.map(({ json }) => [json.access_token, json.refresh_token]);
    for (const pair of pairs) assert.deepEqual(pair, pairs[0]);
    const last = answers.at(-1)!.json;
    assert.ok(Number(last.expires_in) <= 7_200 - 590, String(last.expires_in));
    assert.equal((await askForToken(app, consumer, byRefresh(String(last.refresh_token)))).status, 200);
  });

  test("that is used again after ten minutes ends its whole family", async () => {
    const consumer = await makeConsumer(app);
    const first = await grantedTokens(app, consumer, owner);
    const other = await grantedTokens(app, consumer, owner);
    const { json } = await askForToken(app, consumer, byRefresh(first.refresh));
    aheadMs = 10 * MINUTE_MS + 5_000;
    const again = await askForToken(app, consumer, byRefresh(first.refresh));
    assert.deepEqual([again.status, again.json.error], [400, "invalid_grant"]);
    for (const token of [first.access, String(json.access_token)])
      assert.equal(await statusOf(app, token), 401);
    assert.equal((await askForToken(app, consumer, byRefresh(String(json.refresh_token)))).status, 400);
    // Another sign-in of the same account is another family.
    assert.equal(await statusOf(app, other.access), 200);
    const events = await listAuditEvents(app.ports.database.kysely, { limit: 50 });
    assert.ok(
      events.some(
        ({ action, details }) => action === "grant.revoked" && details.why === "refresh-token-replayed",
      ),
    );
  });

  test("of one consumer is nothing to another, and lives on", async () => {
    const [consumer, other] = [await makeConsumer(app), await makeConsumer(app)];
    const { refresh } = await grantedTokens(app, consumer, owner);
    assert.equal((await askForToken(app, other, byRefresh(refresh))).json.error, "invalid_grant");
    assert.equal((await askForToken(app, consumer, byRefresh(refresh))).status, 200);
  });

  test("ends after three months without use, and its grant after a year with it", async () => {
    const consumer = await makeConsumer(app);
    const { refresh } = await grantedTokens(app, consumer, owner);
    aheadMs = 90 * DAY_MS + MINUTE_MS;
    assert.equal((await askForToken(app, consumer, byRefresh(refresh))).json.error, "invalid_grant");
    aheadMs = 0;
    let last = refresh;
    for (let days = 0; days <= 360; days += 60) {
      aheadMs = days * DAY_MS;
      const { status, json } = await askForToken(app, consumer, byRefresh(last));
      assert.equal(status, 200, `after ${days} days`);
      last = String(json.refresh_token);
    }
    aheadMs = 365 * DAY_MS + MINUTE_MS;
    assert.equal((await askForToken(app, consumer, byRefresh(last))).json.error, "invalid_grant");
  });

  test("that is damaged or invented is refused", async () => {
    const consumer = await makeConsumer(app);
    const { refresh } = await grantedTokens(app, consumer, owner);
    for (const sent of [refresh.slice(0, -1), `${refresh}0`, "x", "pail_or_"])
      assert.equal((await askForToken(app, consumer, byRefresh(sent))).json.error, "invalid_grant");
    assert.equal(
      (await askForToken(app, consumer, { grant_type: "refresh_token" })).json.error,
      "invalid_request",
    );
  });

  test("of an account that is disabled is refused, and works when it is enabled again", async () => {
    const consumer = await makeConsumer(app);
    const account = await createAccount(app.ports, app.by, { email: "d2@example.com", username: "d2" });
    const { access, refresh } = await grantedTokens(app, consumer, account);
    await disableAccount(app.ports, app.by, account);
    assert.equal(await statusOf(app, access, "/2.0/user"), 401);
    assert.equal((await askForToken(app, consumer, byRefresh(refresh))).json.error, "invalid_grant");
    await enableAccount(app.by, account);
    assert.equal((await askForToken(app, consumer, byRefresh(refresh))).status, 200);
  });
});

describe("a consumer", () => {
  for (const [why, change] of [
    ["asks for something else", { scopes: ["repository:write"] as const }],
    ["is sent its codes elsewhere", { callbackUrl: "https://other.example.com/cb" }],
    ["is not private any more", { isPrivate: false }],
  ] as const)
    test(`that ${why} loses all that it was granted, at once`, async () => {
      const consumer = await makeConsumer(app);
      const { access, refresh } = await grantedTokens(app, consumer, owner);
      const code = await allowedCode(app, consumer, owner);
      const { consumer: stored } = consumer;
      const { endedGrants } = await updateConsumer(app.ports, app.by, stored.uuid, { ...stored, ...change });
      assert.equal(endedGrants, 1);
      assert.equal(await statusOf(app, access), 401);
      assert.equal((await askForToken(app, consumer, byRefresh(refresh))).status, 400);
      assert.equal((await askForToken(app, consumer, byCode(code))).status, 400);
    });

  test("that gets another name keeps what it was granted", async () => {
    const consumer = await makeConsumer(app);
    const { access } = await grantedTokens(app, consumer, owner);
    const { consumer: stored } = consumer;
    await updateConsumer(app.ports, app.by, stored.uuid, { ...stored, name: "renamed" });
    assert.equal(await statusOf(app, access), 200);
  });

  test("that is deleted loses everything at once, and its credentials are unknown", async () => {
    const consumer = await makeConsumer(app);
    const { access, refresh } = await grantedTokens(app, consumer, owner);
    const { json } = await askForToken(app, consumer, CLIENT_CREDENTIALS);
    await deleteConsumer(app.ports, app.by, consumer.consumer.uuid);
    for (const token of [access, String(json.access_token)]) assert.equal(await statusOf(app, token), 401);
    for (const fields of [byRefresh(refresh), CLIENT_CREDENTIALS]) {
      const answer = await askForToken(app, consumer, fields as Record<string, string>);
      assert.equal(answer.json.error_description, "Invalid OAuth client credentials");
    }
  });
});

describe("revocation", () => {
  const revoke = (consumer: { authorization: string }, token: string) =>
    postForm(app, REVOKE_PATH, { token }, { authorization: consumer.authorization });

  test("of a refresh token ends the whole grant", async () => {
    const consumer = await makeConsumer(app);
    const { access, refresh } = await grantedTokens(app, consumer, owner);
    const answer = await revoke(consumer, refresh);
    assert.deepEqual([answer.status, answer.text], [200, ""]);
    assert.equal(await statusOf(app, access), 401);
    assert.equal((await askForToken(app, consumer, byRefresh(refresh))).status, 400);
  });

  test("of an access token ends that one alone", async () => {
    const consumer = await makeConsumer(app);
    const { access, refresh } = await grantedTokens(app, consumer, owner);
    assert.equal((await revoke(consumer, access)).status, 200);
    assert.equal(await statusOf(app, access), 401);
    assert.equal((await askForToken(app, consumer, byRefresh(refresh))).status, 200);
  });

  test("answers the same for what is unknown, of another kind or another's, and changes nothing", async () => {
    const [consumer, other] = [await makeConsumer(app), await makeConsumer(app)];
    const { access, refresh } = await grantedTokens(app, consumer, owner);
    const apiToken = await app.token();
    for (const token of ["x", "pail_or_x", apiToken, access, refresh])
      assert.deepEqual([(await revoke(other, token)).status, token.length > 0], [200, true]);
    assert.equal(await statusOf(app, access), 200);
    assert.equal(await statusOf(app, apiToken), 200);
    assert.equal((await askForToken(app, consumer, byRefresh(refresh))).status, 200);
  });

  test("asks for the consumer's credentials, and for a token", async () => {
    const consumer = await makeConsumer(app);
    const unknown = await postForm(app, REVOKE_PATH, { token: "x" });
    assert.equal(unknown.json.error, "unauthorized_client");
    const { authorization } = consumer;
    assert.equal((await postForm(app, REVOKE_PATH, {}, { authorization })).json.error, "invalid_request");
  });
});

test("an expired access token says that it is to be refreshed", async () => {
  const consumer = await makeConsumer(app);
  const { access } = await grantedTokens(app, consumer, owner);
  aheadMs = 7_200_000 + 1_000;
  const answer = await sendRequest(app.url, "/2.0/user", { headers: { authorization: `Bearer ${access}` } });
  assert.equal(answer.status, 401);
  assert.deepEqual(
    JSON.parse(answer.text).error.message,
    "Access token expired. Use your refresh token to obtain a new access token.",
  );
  assert.equal(answer.headers["www-authenticate"], 'OAuth realm="Bitbucket.org HTTP"');
});

test("an access token is in git the password of x-token-auth, or of who has granted it", async () => {
  const consumer = await makeConsumer(app);
  const { access } = await grantedTokens(app, consumer, owner);
  const ask = (authorization: string) =>
    sendRequest(app.url, "/acme/demo.git/info/refs?service=git-upload-pack", { headers: { authorization } });
  for (const [name, status] of [
    ["x-token-auth", 200],
    // As Git Credential Manager sends it.
    [owner.username, 200],
    ["somebody-else", 401],
    ["x-bitbucket-api-token-auth", 401],
    ["", 401],
  ] as const)
    assert.equal((await ask(basic(name, access))).status, status, name);
  assert.equal((await ask(basic(access, ""))).status, 401);
});

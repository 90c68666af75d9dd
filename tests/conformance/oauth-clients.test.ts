// What clients of others send: what works with Bitbucket works here. Two of them run in tests/long/oauth-clients.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import {
  allowInBrowser,
  makeConsumer,
  makeVerifier,
  postForm,
  statusOf,
  type TestConsumer,
} from "../support/clients/oauth-client.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";
import { signIn } from "../support/server/web-client.ts";

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

const TOKEN_PATH = "/site/oauth2/access_token";

describe("a device code", () => {
  const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
  const begin = async (consumer: TestConsumer) => {
    const { authorization } = consumer;
    const { json } = await postForm(app, "/site/oauth2/device_authorization", {}, { authorization });
    return { device: String(json.device_code), user: String(json.user_code), json };
  };
  const poll = (consumer: TestConsumer, code: string) =>
    postForm(
      app,
      TOKEN_PATH,
      { grant_type: DEVICE, device_code: code },
      { authorization: consumer.authorization },
    );

  test("that is denied says so, and is no code of another consumer", async () => {
    const [consumer, other] = [await makeConsumer(app), await makeConsumer(app)];
    const { device, user, json } = await begin(consumer);
    assert.equal(json.verification_uri_complete, `${app.url}/site/oauth2/device?user_code=${user}`);
    const browser = await signIn(app, app.owner);
    await browser.post("/site/oauth2/device", { user_code: user, action: "deny" });
    assert.equal((await poll(other, device)).json.error, "invalid_grant");
    assert.equal((await poll(consumer, device)).json.error, "access_denied");
  });

  test("is asked about even if a link has it, and decided once", async () => {
    const consumer = await makeConsumer(app);
    const { device, user } = await begin(consumer);
    const browser = await signIn(app, app.owner);
    const page = await browser.get(`/site/oauth2/device?user_code=${user}`);
    assert.equal(page.status, 200);
    assert.equal((await poll(consumer, device)).json.error, "authorization_pending");
    await browser.post("/site/oauth2/device", { user_code: user, action: "allow" });
    const again = await browser.post("/site/oauth2/device", { user_code: user, action: "deny" });
    assert.equal(again.status, 422);
    assert.equal((await poll(consumer, device)).status, 200);
  });

  test("that is invented is no code", async () => {
    const browser = await signIn(app, app.owner);
    for (const typed of ["BCDF-GHJK", "x", ""]) {
      const answer = await browser.post("/site/oauth2/device", { user_code: typed });
      assert.equal(answer.status, 422, typed);
    }
  });
});

// It runs on .NET, so its requests are sent here: OAuth2Client.cs, BitbucketOAuth2Client.cs and BitbucketHostProvider.cs.
describe("the flow of Git Credential Manager", () => {
  const REDIRECT = "http://localhost:34106/";
  const SCOPES = "repository:write account";
  let consumer: TestConsumer;
  let access: string;
  let refresh: string;
  before(async () => {
    consumer = await makeConsumer(app, {
      isPrivate: false,
      callbackUrl: REDIRECT,
      scopes: ["repository:write", "account"],
    });
  });

  const readAnswer = (json: Record<string, unknown>) => {
    // It reads these, and does without `scopes` if need be.
    assert.equal(typeof json.access_token, "string");
    assert.equal(typeof json.token_type, "string");
    assert.equal(typeof json.expires_in, "number");
    access = String(json.access_token);
    refresh = String(json.refresh_token);
  };

  test("signs in with a challenge, its state and a fixed port", async () => {
    const { verifier, challenge } = makeVerifier();
    const back = await allowInBrowser(app, consumer, app.owner, {
      state: "0123456789abcdef",
      code_challenge_method: "S256",
      code_challenge: challenge,
      redirect_uri: REDIRECT,
      scope: SCOPES,
    });
    assert.equal(back.origin + back.pathname, REDIRECT);
    assert.equal(back.searchParams.get("state"), "0123456789abcdef");
    const sent = {
      grant_type: "authorization_code",
      code: back.searchParams.get("code")!,
      code_verifier: verifier,
      redirect_uri: REDIRECT,
      client_id: consumer.key,
    };
    const answer = await postForm(app, TOKEN_PATH, sent, { authorization: consumer.authorization });
    assert.equal(answer.status, 200, answer.text);
    readAnswer(answer.json);
  });

  test("asks for the user name, and git sends the token with it", async () => {
    const user = await sendRequest(app.url, "/2.0/user", { headers: { authorization: `Bearer ${access}` } });
    const { username } = JSON.parse(user.text) as { username: string };
    assert.equal(username, app.owner.username);
    for (const service of ["git-upload-pack", "git-receive-pack"]) {
      const answer = await sendRequest(app.url, `/acme/demo.git/info/refs?service=${service}`, {
        headers: { authorization: basic(username, access) },
      });
      assert.equal(answer.status, 200, service);
    }
  });

  test("refreshes, and keeps the new refresh token", async () => {
    const before = refresh;
    const sent = { grant_type: "refresh_token", refresh_token: refresh, client_id: consumer.key };
    const answer = await postForm(app, TOKEN_PATH, sent, { authorization: consumer.authorization });
    assert.equal(answer.status, 200, answer.text);
    readAnswer(answer.json);
    assert.notEqual(refresh, before);
    assert.equal(await statusOf(app, access), 200);
  });

  test("fits into the credential store of Windows, which takes 1,280 characters", () => {
    assert.ok(access.length < 1_280 && refresh.length < 1_280);
  });
});

test("passport-bitbucket-oauth2 sends its credentials twice, and the token as Bearer", async () => {
  const consumer = await makeConsumer(app, { scopes: ["account", "email"] });
  const back = await allowInBrowser(app, consumer, app.owner, { redirect_uri: "https://app.example.com/cb" });
  const sent = {
    grant_type: "authorization_code",
    redirect_uri: "https://app.example.com/cb",
    client_id: consumer.key,
    client_secret: consumer.secret,
    code: back.searchParams.get("code")!,
  };
  const { authorization } = consumer;
  const { json } = await postForm(app, TOKEN_PATH, sent, { authorization });
  const user = await sendRequest(app.url, "/2.0/user", {
    headers: { authorization: `Bearer ${json.access_token}`, "user-agent": "passport-bitbucket" },
  });
  const profile = JSON.parse(user.text) as Record<string, string>;
  assert.equal(profile.username, "owner");
  assert.equal(profile.display_name, "Olive Owner");
});

// Woodpecker and Drone, as of their clients in Go (golang.org/x/oauth2): sign-in, user, addresses, repositories.
test("a CI signs somebody in, finds the address and lists what they may see", async () => {
  const consumer = await makeConsumer(app, {
    callbackUrl: "https://ci.example.com/authorize",
    scopes: ["account", "email", "repository", "pullrequest", "webhook"],
  });
  const back = await allowInBrowser(app, consumer, app.owner, {
    state: "woodpecker",
    redirect_uri: "https://ci.example.com/authorize",
  });
  const sent = {
    grant_type: "authorization_code",
    code: back.searchParams.get("code")!,
    redirect_uri: "https://ci.example.com/authorize",
  };
  const { json } = await postForm(app, TOKEN_PATH, sent, { authorization: consumer.authorization });
  assert.match(String(json.token_type), /^bearer$/i);
  const read = async (path: string) => {
    const headers = { authorization: `Bearer ${json.access_token}` };
    const { status, text } = await sendRequest(app.url, `/2.0${path}`, { headers });
    assert.equal(status, 200, `${path}: ${text}`);
    return JSON.parse(text) as { values: readonly Record<string, unknown>[] };
  };
  await read("/user");
  assert.equal((await read("/user/emails")).values[0]!.email, "owner@example.com");
  assert.ok((await read("/user/workspaces")).values.length > 0);
  assert.equal((await read("/repositories/acme?role=member")).values[0]!.full_name, "acme/demo");
  const hook = await sendRequest(app.url, "/2.0/repositories/acme/demo/hooks", {
    method: "POST",
    headers: { authorization: `Bearer ${json.access_token}`, "content-type": "application/json" },
    body: JSON.stringify({
      description: "ci",
      url: "https://ci.example.com/hook",
      active: true,
      events: ["repo:push"],
    }),
  });
  assert.equal(hook.status, 201, hook.text);
});

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { sendRequest } from "../../../../tests/support/clients/http-request.ts";
import {
  allowInBrowser,
  askForToken,
  CALLBACK,
  grantedTokens,
  makeConsumer,
  makeVerifier,
  statusOf,
  type TestConsumer,
} from "../../../../tests/support/clients/oauth-client.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { openWebClient, signIn } from "../../../../tests/support/server/web-client.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { updateConsumer } from "../../../operations/oauth/consumers.ts";

const app = await startTestApp();
const hardened = await startTestApp({ isOauthHardened: true });
after(() => Promise.all([app.close(), hardened.close()]));
const { owner } = app;

const PUBLIC = { isPrivate: false };

function pathOf({ key }: Pick<TestConsumer, "key">, query = ""): string {
  return `/site/oauth2/authorize?response_type=code&client_id=${key}${query}`;
}

const scopesIn = (text: string) => /name="scopes" value="([^"]*)"/.exec(text)?.[1] ?? "";

describe("whoever is asked", () => {
  test("signs in first, and comes back to the same question", async () => {
    const consumer = await makeConsumer(app, PUBLIC);
    const path = pathOf(consumer, "&state=a%20b");
    const answer = await sendRequest(app.url, path);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, `/-/sign-in?next=${encodeURIComponent(path)}`);
  });

  test("sees who asks, for what, where it leads and how long it lasts", async () => {
    const consumer = await makeConsumer(app, {
      ...PUBLIC,
      name: "Deployer <b>",
      description: "It deploys.",
      scopes: ["repository:write", "email"],
    });
    const { text, headers } = await (await signIn(app, owner)).get(pathOf(consumer));
    for (const expected of [
      "Deployer &lt;b&gt;",
      "It deploys.",
      "Olive Owner",
      "Read and push to your repositories, and fork them.",
      "Read your email addresses.",
      "https://app.example.com",
      "for a year at most",
      "cannot prove that it is what it says",
    ])
      assert.ok(text.includes(expected), expected);
    assert.match(
      String(headers["content-security-policy"]),
      /form-action 'self' https:\/\/app\.example\.com;.*frame-ancestors 'none'/,
    );
  });

  test("is told in Japanese, if the browser asks for it", async () => {
    const consumer = await makeConsumer(app, PUBLIC);
    const { text } = await (await signIn(app, owner, "ja")).get(pathOf(consumer));
    assert.match(text, /アクセスを許可/);
  });

  test("denies, and the program is told", async () => {
    const consumer = await makeConsumer(app, PUBLIC);
    const browser = await signIn(app, owner);
    const path = pathOf(consumer, "&state=xyz");
    const answer = await browser.post(path, { action: "deny" });
    assert.equal(answer.status, 303);
    const back = new URL(answer.headers.location!);
    assert.equal(back.origin + back.pathname, CALLBACK);
    assert.equal(back.searchParams.get("error"), "access_denied");
    assert.equal(back.searchParams.get("state"), "xyz");
    assert.equal(back.searchParams.get("code"), null);
    assert.equal(back.searchParams.get("iss"), app.url);
  });

  test("is asked each time by a program whose secret others know", async () => {
    const consumer = await makeConsumer(app, PUBLIC);
    await grantedTokens(app, consumer, owner);
    assert.equal((await (await signIn(app, owner)).get(pathOf(consumer))).status, 200);
  });

  test("is asked by a private one once, until it is taken back or it asks for more", async () => {
    const consumer = await makeConsumer(app);
    const { access } = await grantedTokens(app, consumer, owner);
    const browser = await signIn(app, owner);
    const straight = await browser.get(pathOf(consumer, "&state=1"));
    assert.equal(straight.status, 303);
    assert.match(
      straight.headers.location ?? "",
      /^https:\/\/app\.example\.com\/cb\?code=[\w-]{43}&state=1&iss=/,
    );
    const page = "/-/settings/app-authorizations";
    await browser.post(page, { consumer: consumer.consumer.uuid });
    assert.equal(await statusOf(app, access), 401);
    assert.equal((await browser.get(pathOf(consumer))).status, 200);
  });

  test("allows no more than was shown, if the program was changed meanwhile", async () => {
    const consumer = await makeConsumer(app, PUBLIC);
    const browser = await signIn(app, owner);
    const path = pathOf(consumer);
    const scopes = scopesIn((await browser.get(path)).text);
    const { consumer: stored } = consumer;
    const more = { ...stored, scopes: [...stored.scopes, "repository:delete" as const] };
    await updateConsumer(app.ports, app.by, stored.uuid, more);
    const answer = await browser.post(path, { action: "allow", scopes });
    assert.equal(answer.status, 409);
    assert.match(answer.text, /The program was changed meanwhile/);
    assert.match(answer.text, /repository:delete/);
  });

  test("is not made to allow anything by a page of another site", async () => {
    const consumer = await makeConsumer(app, PUBLIC);
    const browser = await signIn(app, owner);
    const answer = await browser.post(
      pathOf(consumer),
      { action: "allow", scopes: "repository account" },
      { headers: { "sec-fetch-site": "cross-site" } },
    );
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.location, undefined);
  });

  test("who may not do something themselves gives away no more than they may", async () => {
    const consumer = await makeConsumer(app, {
      scopes: ["repository:admin", "repository:delete", "account"],
    });
    const stranger = await createAccount(app.ports, app.by, { email: "s@example.com", username: "stranger" });
    const { access } = await grantedTokens(app, consumer, stranger);
    assert.equal(await statusOf(app, access), 403);
    assert.equal(await statusOf(app, access, "/2.0/user"), 200);
    const { access: reads } = await grantedTokens(app, await makeConsumer(app), stranger);
    assert.equal(await statusOf(app, reads), 404);
  });
});

describe("a redirect", () => {
  for (const [why, redirect] of [
    ["a longer segment", `${CALLBACK}-evil`],
    ["a way out", `${CALLBACK}/../evil`],
    ["a way out, escaped", `${CALLBACK}/%2e%2e/evil`],
    ["another host behind a user name", "https://app.example.com@evil.example/cb"],
    ["another port", "https://app.example.com:8443/cb"],
    ["another scheme", "http://app.example.com/cb"],
    ["a fragment", `${CALLBACK}#x`],
    ["no scheme", "//evil.example/cb"],
    ["a script", "javascript:alert(1)"],
    ["nothing", ""],
  ] as const)
    test(`to ${why} is told to a person, and followed by no browser`, async () => {
      const consumer = await makeConsumer(app);
      for (const browser of [openWebClient(app), await signIn(app, owner)]) {
        const answer = await browser.get(pathOf(consumer, `&redirect_uri=${encodeURIComponent(redirect)}`));
        assert.equal(answer.status, 400);
        assert.equal(answer.headers.location, undefined);
        assert.match(answer.text, /<code>Invalid redirect_uri<\/code>/);
        assert.match(answer.text, /This integration is misconfigured\. Contact the vendor for assistance\./);
      }
    });

  test("that is sent twice is refused", async () => {
    const consumer = await makeConsumer(app);
    const sent = `&redirect_uri=${encodeURIComponent(CALLBACK)}`;
    const answer = await sendRequest(app.url, pathOf(consumer, sent + sent));
    assert.equal(answer.status, 400);
  });

  test("below the registered address is followed; in hardened mode only the very address is", async () => {
    const below = { redirect_uri: `${CALLBACK}/x?y=1` };
    const back = await allowInBrowser(app, await makeConsumer(app), owner, below);
    assert.match(back.href, /^https:\/\/app\.example\.com\/cb\/x\?y=1&code=/);
    const consumer = await makeConsumer(hardened);
    const answer = await sendRequest(
      hardened.url,
      pathOf(consumer, `&redirect_uri=${encodeURIComponent(below.redirect_uri)}`),
    );
    assert.equal(answer.status, 400);
  });

  test("to a program on the same machine may have any port", async () => {
    const consumer = await makeConsumer(app, { ...PUBLIC, callbackUrl: "http://127.0.0.1/cb" });
    const back = await allowInBrowser(app, consumer, owner, { redirect_uri: "http://127.0.0.1:50123/cb" });
    assert.equal(back.origin, "http://127.0.0.1:50123");
  });

  test("is refused for a consumer without a callback", async () => {
    const consumer = await makeConsumer(app, { callbackUrl: undefined });
    const answer = await sendRequest(app.url, pathOf(consumer));
    assert.equal(answer.status, 400);
    assert.match(answer.text, /No callback URL is registered/);
  });
});

describe("a request", () => {
  test("of an unknown consumer is told to a person", async () => {
    for (const key of ["", "x", "x".repeat(18), `${(await makeConsumer(app)).key}&client_id=y`]) {
      const answer = await sendRequest(app.url, pathOf({ key }, `&redirect_uri=${CALLBACK}`));
      assert.equal(answer.status, 400);
      assert.match(answer.text, /<code>Invalid client_id<\/code>/);
    }
  });

  for (const [why, query, error] of [
    ["for a token", "response_type=token", "unsupported_response_type"],
    ["for nothing", "", "unsupported_response_type"],
    [
      "with an empty challenge",
      "response_type=code&code_challenge=&code_challenge_method=S256",
      "invalid_request",
    ],
    [
      "with a short challenge",
      "response_type=code&code_challenge=abc&code_challenge_method=S256",
      "invalid_request",
    ],
    [
      "with a challenge of the method plain",
      `response_type=code&code_challenge=${"a".repeat(43)}&code_challenge_method=plain`,
      "invalid_request",
    ],
    [
      "with a challenge without a method, which would mean plain",
      `response_type=code&code_challenge=${"a".repeat(43)}`,
      "invalid_request",
    ],
    ["with a method and no challenge", "response_type=code&code_challenge_method=S256", "invalid_request"],
    [
      "with two challenges",
      `response_type=code&code_challenge=${"a".repeat(43)}&code_challenge=${"b".repeat(43)}&code_challenge_method=S256`,
      "invalid_request",
    ],
  ] as const)
    test(`${why} is refused at the callback, before anybody signs in`, async () => {
      const { key } = await makeConsumer(app);
      const answer = await sendRequest(app.url, `/site/oauth2/authorize?client_id=${key}&state=s&${query}`);
      assert.equal(answer.status, 303);
      const back = new URL(answer.headers.location!);
      assert.equal(back.searchParams.get("error"), error);
      assert.equal(back.searchParams.get("state"), "s");
    });

  test("needs a challenge in hardened mode, unless the consumer is private", async () => {
    const consumer = await makeConsumer(hardened, PUBLIC);
    const { headers } = await sendRequest(hardened.url, pathOf(consumer));
    assert.equal(new URL(headers.location!).searchParams.get("error"), "invalid_request");
    const { challenge } = makeVerifier();
    const bound = { code_challenge: challenge, code_challenge_method: "S256" };
    assert.ok((await allowInBrowser(hardened, consumer, hardened.owner, bound)).searchParams.has("code"));
    const back = await allowInBrowser(hardened, await makeConsumer(hardened), hardened.owner);
    assert.ok(back.searchParams.has("code"));
  });

  /** What a form decodes to: the same byte may be escaped or not. */
  const bytesOf = (text: string) =>
    text
      .replaceAll("+", " ")
      .replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

  test("gets its state back byte for byte, whatever bytes it has", async () => {
    const consumer = await makeConsumer(app, PUBLIC);
    const browser = await signIn(app, owner);
    const bytes = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
    for (const state of [bytes, "a+b", "%2B+%20", "x=y?z/:@!$'()*,;~", "", "%e3%81%82", "%", "%zz"]) {
      const path = pathOf(consumer, `&state=${state}`);
      const scopes = scopesIn((await browser.get(path)).text);
      for (const action of ["allow", "deny"]) {
        const answer = await browser.post(path, { action, scopes });
        const back = /[?&]state=([^&]*)/.exec(answer.headers.location ?? "")?.[1] ?? "none";
        assert.deepEqual(bytesOf(back), bytesOf(state), action);
      }
    }
  });

  test("without a state gets none", async () => {
    const back = await allowInBrowser(app, await makeConsumer(app), owner);
    assert.equal(back.searchParams.has("state"), false);
  });

  test("asks for the registered scopes, whatever it says", async () => {
    const consumer = await makeConsumer(app, { scopes: ["repository"] });
    const code = (
      await allowInBrowser(app, consumer, owner, { scope: "repository:delete" })
    ).searchParams.get("code");
    const { json } = await askForToken(app, consumer, { grant_type: "authorization_code", code: code! });
    assert.equal(json.scope, "repository");
  });
});

test("what was allowed is listed and taken back, a row for each program", async () => {
  const consumer = await makeConsumer(app, { name: "A build server" });
  const account = await createAccount(app.ports, app.by, { email: "l@example.com", username: "lister" });
  const tokens = [await grantedTokens(app, consumer, account), await grantedTokens(app, consumer, account)];
  const browser = await signIn(app, account);
  const page = "/-/settings/app-authorizations";
  const { text } = await browser.get(page);
  assert.equal(text.match(/name="consumer"/g)?.length, 1);
  assert.match(text, /A build server/);
  const told = await browser.follow(await browser.post(page, { consumer: consumer.consumer.uuid }));
  assert.match(told.text, /A build server may no longer act as you/);
  for (const { access, refresh } of tokens) {
    assert.equal(await statusOf(app, access, "/2.0/user"), 401);
    const again = await askForToken(app, consumer, { grant_type: "refresh_token", refresh_token: refresh });
    assert.equal(again.status, 400);
  }
  assert.equal((await browser.post(page, { consumer: consumer.consumer.uuid })).status, 404);
});

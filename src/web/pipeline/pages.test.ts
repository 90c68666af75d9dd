// What holds for every page, shown by the smallest of them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic, sendRequest } from "../../../tests/support/clients/http-request.ts";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { openWebClient, signIn } from "../../../tests/support/server/web-client.ts";
import { createAccount, disableAccount } from "../../operations/accounts/accounts.ts";

const app = await startTestApp();
after(() => app.close());

test("a page is in the language of its reader", async () => {
  const japanese = await openWebClient(app, "ja,en;q=0.5").get("/");
  assert.match(japanese.text, /<html lang="ja"/);
  assert.match(japanese.text, /サインイン/);
  const english = await openWebClient(app, "fr;q=0.9,en;q=0.8,ja;q=0.7").get("/");
  assert.match(english.text, /<html lang="en"/);
  const chosen = openWebClient(app, "ja");
  await chosen.get("/?language=en");
  assert.match((await chosen.get("/")).text, /<html lang="en"/);
});

test("a page allows nothing inline, is kept by nobody and framed by nobody", async () => {
  const { headers } = await openWebClient(app).get("/");
  const policy = String(headers["content-security-policy"]);
  assert.match(policy, /^default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["access-control-allow-origin"], undefined);
});

test("over TLS cookies have the prefix that no other host can set, and pages ask for TLS", async () => {
  const { headers } = await sendRequest(app.url, "/-/preferences?language=ja", {
    headers: { accept: "text/html", "x-forwarded-proto": "https", "x-forwarded-host": "git.example.com" },
  });
  assert.equal(headers["strict-transport-security"], undefined, "nobody has said that there is a proxy");
  const proxied = await startTestApp({ publicUrl: "https://git.example.com" });
  try {
    const answer = await sendRequest(proxied.url, "/-/preferences?language=ja", {
      headers: { accept: "text/html", host: "git.example.com" },
    });
    assert.match(String(answer.headers["strict-transport-security"]), /^max-age=31536000$/);
    const cookies = answer.headers["set-cookie"] ?? [];
    assert.deepEqual(cookies.map((each) => each.split("=", 1)[0]).sort(), [
      "__Host-pail-form",
      "__Host-pail-preferences",
    ]);
    for (const cookie of cookies) {
      assert.match(cookie, /; HttpOnly(?:;|$)/);
      assert.match(cookie, /; Secure(?:;|$)/);
      assert.match(cookie, /; SameSite=Lax(?:;|$)/);
      assert.match(cookie, /; Path=\/(?:;|$)/);
      assert.doesNotMatch(cookie, /Domain/i);
    }
  } finally {
    await proxied.close();
  }
});

test("somebody signed in sees their name and the way out, and is out after it", async () => {
  const browser = await signIn(app, app.owner);
  const home = await browser.get("/");
  assert.match(home.text, /Olive Owner/);
  const cookie = browser.cookies.get("pail")!;
  const out = await browser.post("/-/sign-out", {}, { from: "/" });
  assert.equal(out.status, 303);
  assert.equal(browser.cookies.has("pail"), false);
  const again = await openWebClient(app, "en", cookie).get("/");
  assert.doesNotMatch(again.text, /Olive Owner/);
});

test("no API token opens a page, and no session opens REST or git", async () => {
  const token = await app.token();
  for (const authorization of [`Bearer ${token}`, basic("owner@example.com", token)]) {
    const answer = await sendRequest(app.url, "/", { headers: { authorization, accept: "text/html" } });
    assert.doesNotMatch(answer.text, /Olive Owner/);
  }
  const { cookies } = await signIn(app, app.owner);
  const cookie = `pail=${cookies.get("pail")}`;
  for (const path of ["/2.0/user", "/acme/demo.git/info/refs?service=git-upload-pack"])
    assert.equal((await sendRequest(app.url, path, { headers: { cookie } })).status, 401, path);
});

for (const [name, headers] of [
  ["another site, as the browser says", { "sec-fetch-site": "cross-site" }],
  ["another host of the same site", { "sec-fetch-site": "same-site" }],
] as const) {
  test(`a form of ${name} changes nothing, whatever token it has`, async () => {
    const browser = await signIn(app, app.owner);
    const answer = await browser.post("/-/sign-out", {}, { from: "/", headers });
    assert.equal(answer.status, 403);
    assert.match((await browser.get("/")).text, /Olive Owner/);
  });
}

test("a browser that does not say where a form comes from is asked for its origin, and always for the token", async () => {
  const browser = await signIn(app, app.owner);
  const token = /name="csrf" value="([^"]+)"/.exec((await browser.get("/")).text)![1]!;
  const cookie = `pail=${browser.cookies.get("pail")}`;
  const send = (headers: Record<string, string>, body: string) =>
    sendRequest(app.url, "/-/sign-out", {
      method: "POST",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded", ...headers },
      body,
    });
  assert.equal((await send({ origin: "https://evil.example" }, `csrf=${token}`)).status, 403);
  assert.equal((await send({ origin: app.url }, "")).status, 403);
  assert.equal((await send({ origin: app.url }, "csrf=wrong")).status, 403);
  const other = await signIn(app, app.owner);
  const others = /name="csrf" value="([^"]+)"/.exec((await other.get("/")).text)![1]!;
  assert.equal((await send({ origin: app.url }, `csrf=${others}`)).status, 403);
  assert.equal((await send({ origin: app.url }, `csrf=${token}`)).status, 303);
});

test("a session ends when its account is disabled", async () => {
  const account = await createAccount(app.ports, app.by, { email: "gone@example.com", username: "gone" });
  const browser = await signIn(app, account);
  assert.match((await browser.get("/")).text, /Sign out/);
  await disableAccount(app.ports, app.by, account);
  assert.doesNotMatch((await browser.get("/")).text, /Sign out/);
});

test("who only reads gets no cookie; a form without a session has one of its own", async () => {
  const reader = openWebClient(app);
  await reader.get("/");
  assert.deepEqual([...reader.cookies.keys()], []);
  const saved = await reader.post("/-/preferences", { language: "ja", theme: "dark", keys: "off" });
  assert.equal(saved.status, 303);
  assert.deepEqual([...reader.cookies.keys()].sort(), ["pail-flash", "pail-form", "pail-preferences"]);
  const home = await reader.get("/");
  assert.match(home.text, /<html lang="ja" data-theme="dark"/);
  assert.match(home.text, /変更を保存しました/);
  assert.doesNotMatch((await reader.get("/")).text, /変更を保存しました/, "told once");
});

test("a path that nothing has is a page for a person, and the API's answer for others", async () => {
  const person = await openWebClient(app).get("/no/such/page");
  assert.equal(person.status, 404);
  assert.match(person.text, /Not here, or not for you/);
  const { text } = await (await signIn(app, app.owner)).get("/acme/demo/no/such/page");
  assert.match(text, /Use another account/, "who is signed in is not asked to sign in");
  const client = await sendRequest(app.url, "/no/such/page", { headers: { accept: "application/json" } });
  assert.equal(JSON.parse(client.text).type, "error");
});

test("`next` leads nowhere else", async () => {
  for (const next of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "/\t/evil.example",
    "javascript:x",
  ]) {
    const saved = await openWebClient(app).post("/-/preferences", { next, language: "en" });
    assert.equal(saved.headers.location, "/", next);
  }
  const saved = await openWebClient(app).post("/-/preferences", { next: "/acme/demo?x=1", language: "en" });
  assert.equal(saved.headers.location, "/acme/demo?x=1");
});

test("the stylesheet is kept for good under an address with its digest", async () => {
  const path = /href="(\/-\/assets\/pail\.css\?v=[0-9a-f]{12})"/.exec(
    (await openWebClient(app).get("/")).text,
  )![1]!;
  const css = await openWebClient(app).get(path);
  assert.equal(css.status, 200);
  assert.match(String(css.headers["cache-control"]), /immutable/);
  assert.match(String(css.headers["content-type"]), /^text\/css/);
});

test("no page is found under the API's paths, whatever they look like", async () => {
  const authorization = basic("owner@example.com", await app.token());
  for (const path of [
    "/2.0/nothing",
    "/2.0/nothing/commits",
    "/1.0/users",
    "/2.0/a/src/b/c",
    "/!api/a/branches",
  ])
    for (const method of ["GET", "POST", "DELETE"]) {
      const answer = await sendRequest(app.url, path, {
        method,
        headers: { authorization, accept: "text/html" },
      });
      assert.equal(answer.status, 404, `${method} ${path}`);
      assert.equal(JSON.parse(answer.text).error.message, "Resource not found");
      assert.match(String(answer.headers.vary), /Authorization/);
    }
});

// What other sites try with the browser of somebody who is signed in, and what is left in it afterwards.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { openTab } from "../support/browser/browser.ts";
import { choosePassword, PASSWORD } from "../support/browser/password.ts";
import { startTestApp } from "../support/server/test-app.ts";
import { openWebClient, signIn } from "../support/server/web-client.ts";

const app = await startTestApp();
after(() => app.close());
await choosePassword(app, app.owner);
const EMAIL = "owner@example.com";

/** Pages of a stranger. On 127.0.0.1 they are of the same site as Pail and of another origin; on localhost of another site. */
const pages = new Map<string, string>();
const stranger = createServer((request, response) => {
  response.setHeader("content-type", "text/html");
  response.end(pages.get(request.url!) ?? "");
}).listen(0, "127.0.0.1");
await new Promise((done) => stranger.once("listening", done));
after(() => {
  stranger.closeAllConnections();
  stranger.close();
});
const { port } = stranger.address() as AddressInfo;
const ORIGINS = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];

async function signedIn(): Promise<Page> {
  const { cookies } = await signIn(app, app.owner);
  const { page } = await openTab(app.url, { cookie: `pail=${cookies.get("pail")}` });
  after(() => page.context().close());
  return page;
}

async function signInBy(page: Page, next = "/"): Promise<void> {
  await page.goto(`/-/sign-in?next=${encodeURIComponent(next)}`);
  await page.getByLabel("E-mail address").fill(EMAIL);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForLoadState();
}

const isSignedIn = async (page: Page) => {
  await page.goto("/");
  return page.getByRole("button", { name: "Sign out" }).isVisible();
};

for (const origin of ORIGINS) {
  test(`a form of ${origin} signs nobody out`, async () => {
    const page = await signedIn();
    pages.set(
      "/sign-out",
      `<form method="post" action="${app.url}/-/sign-out"><input name="csrf" value="x"></form><script>document.forms[0].submit()</script>`,
    );
    const answered = page.waitForResponse(`${app.url}/-/sign-out`);
    await page.goto(`${origin}/sign-out`);
    assert.notEqual((await answered).status(), 500);
    await page.waitForLoadState();
    assert.equal(await isSignedIn(page), true);
  });

  test(`a form of ${origin} signs nobody in as somebody else`, async () => {
    const { page } = await openTab(app.url);
    after(() => page.context().close());
    pages.set(
      "/sign-in",
      `<form method="post" action="${app.url}/-/sign-in"><input name="email" value="${EMAIL}"><input name="password" value="${PASSWORD}"></form><script>document.forms[0].submit()</script>`,
    );
    const answered = page.waitForResponse(`${app.url}/-/sign-in`);
    await page.goto(`${origin}/sign-in`);
    assert.equal((await answered).status(), 403);
    assert.equal(await isSignedIn(page), false);
  });

  test(`a script of ${origin} reads no page`, async () => {
    const page = await signedIn();
    pages.set("/read", "<p>x</p>");
    await page.goto(`${origin}/read`);
    for (const path of ["/", "/2.0/user"]) {
      const read = await page.evaluate(
        `fetch("${app.url}${path}", { credentials: "include" }).then((answer) => answer.text(), () => undefined)`,
      );
      assert.equal(read, undefined, path);
    }
    const blind = await page.evaluate(
      `fetch("${app.url}/-/sign-out", { method: "POST", mode: "no-cors", credentials: "include", body: "csrf=x" }).then(() => "sent", String)`,
    );
    assert.equal(blind, "sent");
    assert.equal(await isSignedIn(page), true);
  });

  test(`no page is shown in a frame of ${origin}`, async () => {
    const page = await signedIn();
    pages.set("/frame", `<iframe src="${app.url}/"></iframe><iframe src="${app.url}/-/sign-in"></iframe>`);
    const refused: string[] = [];
    page.on("console", (message) => refused.push(message.text()));
    await page.goto(`${origin}/frame`);
    await page.waitForLoadState("networkidle");
    const frames = page.frames().slice(1);
    assert.equal(frames.length, 2);
    for (const frame of frames) assert.ok(!frame.url().startsWith(app.url), frame.url());
    assert.equal(refused.filter((text) => /frame-ancestors/.test(text)).length, 2, refused.join("\n"));
  });
}

test("a session that somebody has planted is not the one that a sign-in begins", async () => {
  // The attacker's own session, and a value that nobody has given out.
  const { cookies } = await signIn(app, app.owner);
  for (const planted of [cookies.get("pail")!, "A".repeat(43)]) {
    const { page, context } = await openTab(app.url, { cookie: `pail=${planted}` });
    await signInBy(page);
    const session = (await context.cookies()).find(({ name }) => name === "pail");
    assert.ok(session !== undefined && session.value !== planted);
    assert.ok(session.httpOnly && session.sameSite === "Lax");
    const attacker = await openWebClient(app, "en", planted).get("/-/settings/sessions");
    assert.equal(attacker.status, 303, "what was planted has ended");
    await context.close();
  }
});

test("a form's token that somebody has planted is worth nothing once one is signed in", async () => {
  const before = openWebClient(app);
  const { text } = await before.get("/-/sign-in");
  const planted = /name="csrf" value="([^"]+)"/.exec(text)![1]!;
  const page = await signedIn();
  await page
    .context()
    .addCookies([{ name: "pail-form", value: before.cookies.get("pail-form")!, url: app.url }]);
  await page.goto("/");
  await page.evaluate(
    `document.querySelector('form[action="/-/sign-out"] [name=csrf]').value = "${planted}"`,
  );
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForLoadState();
  assert.equal(await isSignedIn(page), true);
});

for (const next of [
  "//evil.example/",
  "https://evil.example/",
  "/\\evil.example/",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n//evil.example",
  " //evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "/-/../..//evil.example",
  "/.//evil.example",
  "evil.example",
  "@evil.example",
]) {
  test(`after the sign-in one is not led to ${JSON.stringify(next)}`, async () => {
    const { page, context } = await openTab(app.url);
    await context.route(/evil/, (route) =>
      new URL(route.request().url()).host.includes("evil") ? route.abort() : route.continue(),
    );
    await signInBy(page, next);
    assert.equal(new URL(page.url()).origin, app.url);
    await context.close();
  });
}

test("after the sign-out the way back shows nothing", async () => {
  const page = await signedIn();
  await page.goto("/-/settings/profile");
  assert.match(await page.content(), /Olive Owner/);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/sign-in/);
  await page.goBack();
  await page.waitForLoadState();
  assert.doesNotMatch(await page.content(), /Olive Owner/);
  assert.match(page.url(), /sign-in/);
});

test("a session opens no REST and no git, and is not sent there", async () => {
  const { cookies } = await signIn(app, app.owner);
  const client = openWebClient(app, "en", cookies.get("pail")!);
  assert.equal((await client.get("/2.0/user", { accept: "application/json" })).status, 401);
  assert.equal((await client.get("/acme/demo.git/info/refs?service=git-upload-pack")).status, 401);
});

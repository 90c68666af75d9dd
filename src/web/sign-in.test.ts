// Attacks on the sign-in: fixed sessions, guessing, asking who has an account, forged steps, redirects elsewhere.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secret as OtpSecret, TOTP } from "otpauth";
import { startTestApp } from "../../tests/support/server/test-app.ts";
import { openWebClient, signIn, type WebClient } from "../../tests/support/server/web-client.ts";
import { FREE_TRIES } from "../limits/decide-sign-in.ts";
import type { Account } from "../model/account.ts";
import { Secret } from "../model/secret.ts";
import { createAccount, disableAccount } from "../operations/accounts/accounts.ts";
import { findLinkBySecret } from "../operations/accounts/one-time-links.ts";
import {
  choosePassword,
  createPasswordLink,
  type PasswordLink,
} from "../operations/accounts/password-links.ts";
import { beginTwoStep, enableTwoStep, findPendingSeed } from "../operations/accounts/two-step.ts";
import { listAuditEvents } from "../storage/sql/audit/audit-events.ts";

const app = await startTestApp();
after(() => app.close());

const PASSWORD = "seven otters on a raft";
let counter = 0;

async function newAccount(): Promise<Account & { readonly email: string }> {
  counter += 1;
  const email = `person${counter}@example.com`;
  const account = await createAccount(app.ports, app.by, { email, username: `person${counter}` });
  const { url } = await createPasswordLink(app.ports, app.by, account);
  const secret = new Secret(url.reveal().split("/").at(-1)!);
  const link = (await findLinkBySecret(app.ports, secret)) as PasswordLink;
  // Each from a network of its own: the tests come from one.
  const asker = { network: `198.51.100.${counter}`, signal: new AbortController().signal };
  await choosePassword(app.ports, app.by, asker, link, new Secret(PASSWORD));
  return { ...account, email };
}

const enter = (browser: WebClient, email: string, password = PASSWORD, more: Record<string, string> = {}) =>
  browser.post("/-/sign-in", { email, password, ...more });

let ada: Awaited<ReturnType<typeof newAccount>>;
before(async () => {
  ada = await newAccount();
});

test("a person signs in, lands where they were going, and is told what a password is not for", async () => {
  const browser = openWebClient(app);
  const asked = await browser.get("/-/confirm-password?next=/acme");
  assert.equal(asked.status, 303);
  const page = await browser.follow(asked);
  assert.match(page.text, /<h1>Sign in<\/h1>/);
  assert.match(page.text, /git, scripts and CI take an <b>API token<\/b>/);
  assert.match(page.text, /name="password"[^>]*autocomplete="current-password"/);
  const answer = await enter(browser, ada.email, PASSWORD, { next: "/-/confirm-password?next=/acme" });
  assert.deepEqual([answer.status, answer.headers.location], [303, "/-/confirm-password?next=/acme"]);
  assert.match((await browser.follow(answer)).text, /person1/);
  const [cookie] = answer.headers["set-cookie"]!;
  assert.match(cookie!, /HttpOnly/);
  assert.match(cookie!, /SameSite=Lax/);
  const events = await listAuditEvents(app.ports.database.kysely, { accountUuid: ada.uuid, limit: 1 });
  assert.equal(events[0]?.action, "session.started");
});

test("in Japanese too", async () => {
  const page = await openWebClient(app, "ja").get("/-/sign-in");
  assert.match(page.text, /<h1>サインイン<\/h1>/);
  assert.match(page.text, /サインインできない場合/);
});

for (const [name, next] of [
  ["another host", "https://evil.example/"],
  ["another host without a scheme", "//evil.example/"],
  ["a backslash that browsers read as a slash", "/\\evil.example"],
  ["a backslash further on", "/a\\b"],
  ["a tab that browsers drop", "/\t/evil.example"],
  ["a newline", "/\r\nset-cookie: a=b"],
  ["a script", "javascript:alert(1)"],
  ["nothing", ""],
] as const)
  test(`next= leads nowhere else: ${name}`, async () => {
    const browser = openWebClient(app);
    const page = await browser.get(`/-/sign-in?next=${encodeURIComponent(next)}`);
    assert.match(page.text, /name="next" value="\/"/);
    const answer = await enter(browser, ada.email, PASSWORD, { next });
    assert.deepEqual([answer.status, answer.headers.location], [303, "/"]);
  });

test("a session that was planted before the sign-in is worth nothing after it", async () => {
  const attacker = await signIn(app, app.owner);
  const planted = attacker.cookies.get("pail")!;
  const victim = openWebClient(app, "en", planted);
  await enter(victim, ada.email);
  assert.notEqual(victim.cookies.get("pail"), planted);
  assert.match((await victim.get("/")).text, /person1/);
  assert.doesNotMatch((await attacker.get("/")).text, /person1|Olive/, "and has ended");
  const invented = "a".repeat(43);
  const other = openWebClient(app, "en", invented);
  await enter(other, ada.email);
  assert.notEqual(other.cookies.get("pail"), invented);
});

test("a sign-in form of another site does nothing: nobody is signed in to a stranger's account", async () => {
  const browser = openWebClient(app);
  for (const options of [{ from: "/-/sign-out-nowhere" }, { headers: { "sec-fetch-site": "cross-site" } }]) {
    const answer = await browser.post("/-/sign-in", { email: ada.email, password: PASSWORD }, options);
    assert.equal(answer.status, 403);
    assert.equal(browser.cookies.has("pail"), false);
  }
});

test("nothing tells an unknown address from a wrong password, or from a disabled account", async () => {
  const disabled = await newAccount();
  await disableAccount(app.ports, app.by, disabled);
  const strip = (text: string) => text.replaceAll(/value="[^"]*"/g, "");
  const answers = [];
  for (const [email, password] of [
    ["nobody@example.com", PASSWORD],
    [ada.email, "eight otters on a raft"],
    [disabled.email, PASSWORD],
    ["owner@example.com", PASSWORD],
  ] as const) {
    const browser = openWebClient(app);
    const answer = await enter(browser, email, password);
    assert.equal(answer.status, 422);
    assert.ok(answer.text.includes(`value="${email}"`), "the address comes back");
    assert.ok(!answer.text.includes(password), "the password does not");
    assert.match(answer.text, /<title>Problem: Sign in · Pail<\/title>/);
    assert.equal(browser.cookies.has("pail"), false);
    answers.push(strip(answer.text));
  }
  assert.equal(new Set(answers).size, 1);
});

test("guessing is slowed down, in words that do not tell whether there is an account", async () => {
  const known = await newAccount();
  for (const email of [known.email, "never@example.com"]) {
    const browser = openWebClient(app);
    for (let i = 0; i < FREE_TRIES; i += 1)
      assert.equal((await enter(browser, email, `wrong ${i}`)).status, 422);
    const answer = await enter(browser, email, PASSWORD);
    assert.equal(answer.status, 429);
    assert.match(answer.text, /Too many attempts. It goes on at <time/);
    assert.doesNotMatch(answer.text, /tries|left/);
  }
});

test("what is typed into the form is text", async () => {
  const browser = openWebClient(app);
  const email = `"><script>alert(1)</script>@x.example`;
  const answer = await enter(browser, email);
  assert.equal(answer.status, 422);
  assert.doesNotMatch(answer.text, /<script>alert/);
});

async function withTwoStep() {
  const account = await newAccount();
  await beginTwoStep(app.ports, app.by, account);
  const seed = (await findPendingSeed(app.ports, account))!;
  const codeAt = (steps: number) =>
    new TOTP({ secret: new OtpSecret({ buffer: Uint8Array.from(seed).buffer }) }).generate({
      timestamp: Date.now() + steps * 30_000,
    });
  // The code of the step before: that of now is left for the test.
  const recovery = await enableTwoStep(app.ports, app.by, account, codeAt(-1));
  return { account, codeAt, recovery };
}

const ticketIn = (text: string) => /name="ticket" value="([^"]+)"/.exec(text)![1]!;

test("with two-step verification the password alone opens nothing, and a code works once", async () => {
  const { account, codeAt, recovery } = await withTwoStep();
  const browser = openWebClient(app);
  const second = await enter(browser, account.email);
  assert.equal(second.status, 200);
  assert.match(second.text, /autocomplete="one-time-code"/);
  assert.equal(browser.cookies.has("pail"), false);
  const ticket = ticketIn(second.text);
  const wrong = await browser.post("/-/sign-in", { ticket, code: "12345x" });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /The code is wrong or was used already/);
  assert.equal((await browser.post("/-/sign-in", { ticket: `${ticket}x`, code: codeAt(0) })).status, 422);
  const right = await browser.post("/-/sign-in", { ticket, code: codeAt(0), next: "/acme" });
  assert.deepEqual([right.status, right.headers.location], [303, "/acme"]);
  const other = openWebClient(app);
  const again = await other.post("/-/sign-in", { ticket, code: codeAt(0) });
  assert.equal(again.status, 422, "a code that was seen over a shoulder");
  const saved = await other.post("/-/sign-in", { ticket, code: recovery[0]!.reveal() });
  assert.equal(saved.status, 303);
  assert.match((await other.follow(saved)).text, /Recovery code used. 9 are left./);
});

test("the password is asked for again, with the code, and the session gets another value", async () => {
  const { account, recovery } = await withTwoStep();
  const browser = await signIn(app, account);
  const before = browser.cookies.get("pail");
  const page = await browser.get("/-/confirm-password?next=/-/settings/sessions");
  assert.match(page.text, /autocomplete="one-time-code"/);
  const confirm = (password: string, code: string) =>
    browser.post(
      "/-/confirm-password",
      { password, code, next: "/-/settings/sessions" },
      { from: "/-/confirm-password" },
    );
  assert.equal((await confirm("wrong", recovery[0]!.reveal())).status, 422);
  assert.equal((await confirm(PASSWORD, "")).status, 422);
  const done = await confirm(PASSWORD, recovery[0]!.reveal());
  assert.deepEqual([done.status, done.headers.location], [303, "/-/settings/sessions"]);
  assert.notEqual(browser.cookies.get("pail"), before);
  assert.doesNotMatch((await openWebClient(app, "en", before).get("/")).text, /person/);
});

test("who cannot sign in gets the same answer for any address; without mail, the operator's command", async () => {
  const browser = openWebClient(app);
  const page = await browser.get("/-/cannot-sign-in");
  assert.match(page.text, /<code>pail account sign-in-link<\/code>/);
  assert.doesNotMatch(page.text, /name="email"/);
});

test("over a network without TLS no password is asked for", async () => {
  const browser = openWebClient(app);
  const headers = { host: "git.example.com" };
  const open = await startTestApp({ publicUrl: "http://git.example.com" });
  try {
    const plain = openWebClient(open);
    const page = await plain.get("/-/sign-in", headers);
    assert.match(page.text, /not encrypted/);
    assert.doesNotMatch(page.text, /type="password"/);
  } finally {
    await open.close();
  }
  assert.equal((await browser.get("/-/sign-in")).status, 200);
});

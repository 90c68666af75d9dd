// The pages of a person's own account: names, addresses, password, second step, sessions.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Secret as OtpSecret, TOTP } from "otpauth";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { openWebClient, signIn, type WebClient } from "../../../tests/support/server/web-client.ts";
import { Secret } from "../../model/secret.ts";
import { addEmail, createAccount } from "../../operations/accounts/accounts.ts";
import { findLinkBySecret } from "../../operations/accounts/one-time-links.ts";
import {
  choosePassword,
  createPasswordLink,
  type PasswordLink,
} from "../../operations/accounts/password-links.ts";
import { findPendingSeed } from "../../operations/accounts/two-step.ts";
import { findAccountByUuid, listEmails } from "../../storage/sql/accounts/accounts.ts";

let now = new Date();
const app = await startTestApp();
const clocked = { ...app, ports: { ...app.ports, clock: () => now } };
after(() => app.close());

const PASSWORD = "seven otters on a raft";
let counter = 0;

async function newAccount() {
  counter += 1;
  const account = await createAccount(app.ports, app.by, {
    email: `person${counter}@example.com`,
    username: `person${counter}`,
    displayName: `Person ${counter}`,
  });
  const { url } = await createPasswordLink(app.ports, app.by, account);
  const secret = new Secret(url.reveal().split("/").at(-1)!);
  const link = (await findLinkBySecret(app.ports, secret)) as PasswordLink;
  const asker = { network: `198.51.100.${counter}`, signal: new AbortController().signal };
  await choosePassword(app.ports, app.by, asker, link, new Secret(PASSWORD));
  return account;
}

/** As after ten minutes without a password. */
async function staleSignIn(account: Awaited<ReturnType<typeof newAccount>>): Promise<WebClient> {
  now = new Date(Date.now() - 11 * 60_000);
  return signIn(clocked, account);
}

const rows = (text: string) =>
  [...text.matchAll(/<tr role="row"><th role="rowheader".*?<\/tr>/gs)].map(([row]) => row);

for (const path of ["profile", "email-aliases", "password", "sessions", "two-step"])
  test(`${path} is for who is signed in, and shows the way to the others`, async () => {
    const stranger = await openWebClient(app).get(`/-/settings/${path}`);
    assert.equal(stranger.status, 303);
    assert.equal(stranger.headers.location, `/-/sign-in?next=${encodeURIComponent(`/-/settings/${path}`)}`);
    const account = await newAccount();
    for (const language of ["en", "ja"]) {
      const page = await (await signIn(app, account, language)).get(`/-/settings/${path}`);
      assert.equal(page.status, 200);
      assert.match(page.text, /class="side"/);
      assert.match(page.text, /aria-current="page"/);
      assert.doesNotMatch(page.text, /style=|<style|onclick/);
    }
  });

test("names are changed, and what is wrong with them is said at the field", async () => {
  const account = await newAccount();
  const browser = await signIn(app, account);
  const path = "/-/settings/profile";
  const save = (name: string, username: string) => browser.post(path, { name, username });
  for (const [name, username, message] of [
    ["", "x", "Enter a name of at most 100 characters."],
    ["n".repeat(101), "x", "Enter a name of at most 100 characters."],
    ["line\nbreak", "x", "Enter a name of at most 100 characters."],
    ["Ada", "a b", "At most 62 letters, digits"],
    ["Ada", "OWNER", "This user name is taken."],
  ] as const) {
    const refused = await save(name, username);
    assert.equal(refused.status, 422, name);
    assert.ok(refused.text.includes(message), message);
  }
  const hostile = `"><img src=x onerror=alert(1)> ${"長".repeat(60)}`;
  assert.equal((await save(hostile, "renamed")).status, 303);
  const page = await browser.get(path);
  assert.doesNotMatch(page.text, /<img/);
  const found = await findAccountByUuid(app.ports.database.kysely, account.uuid);
  assert.deepEqual([found?.displayName, found?.username], [hostile, "renamed"]);
  const same = await save(hostile, "renamed");
  assert.match((await browser.follow(same)).text, /Nothing was changed\./);
});

test("addresses: one is added, made primary and removed, each shown with its state", async () => {
  const account = await newAccount();
  const path = "/-/settings/email-aliases";
  const browser = await signIn(app, account);
  const own = `person${counter}@example.com`;
  const added = await browser.post(path, { email: "second@example.org" });
  assert.equal(added.status, 303);
  const told = await browser.follow(added);
  assert.match(told.text, /<b>second@example\.org was added\.<\/b> Ask the operator/);
  assert.match(rows(told.text)[1]!, /Not confirmed/);
  assert.match(rows(told.text)[1]!, /waits for the operator/);
  for (const email of [own.toUpperCase(), "nonsense", ""]) {
    const refused = await browser.post(path, { email });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /href="#email"/);
  }
  await addEmail(app.ports, app.by, account, {
    address: "third@example.org",
    isPrimary: false,
    isConfirmed: true,
  });
  const primary = await browser.post(path, { act: "primary", email: "third@example.org" });
  assert.match((await browser.follow(primary)).text, /is now your primary address/);
  assert.equal((await browser.post(path, { act: "primary", email: "second@example.org" })).status, 404);
  const question = await browser.get(`${path}?remove=${encodeURIComponent(own)}`);
  assert.ok(question.text.includes(`Remove ${own}?`));
  await browser.post(path, { act: "remove", email: own });
  await browser.post(path, { act: "remove", email: "second@example.org" });
  const page = await browser.get(path);
  assert.equal(rows(page.text).length, 1);
  assert.equal((await browser.post(path, { act: "remove", email: "third@example.org" })).status, 409);
  assert.deepEqual(await listEmails(app.ports.database.kysely, account.uuid), [
    { address: "third@example.org", isPrimary: true, isConfirmed: true },
  ]);
});

test("an address of somebody else is taken like any other: nothing tells that it is one", async () => {
  const account = await newAccount();
  const browser = await signIn(app, account);
  const answers = [];
  for (const email of ["owner@example.com", "nobody@example.com"]) {
    const answer = await browser.post("/-/settings/email-aliases", { email });
    answers.push([
      answer.status,
      (await browser.follow(answer)).text.match(/role="status">.*?<\/p>/)?.[0].replaceAll(email, ""),
    ]);
  }
  assert.deepEqual(answers[0], answers[1]);
});

test("after ten minutes addresses and two-step verification want the password first", async () => {
  const account = await newAccount();
  const browser = await staleSignIn(account);
  const page = await browser.get("/-/settings/email-aliases");
  assert.equal(page.status, 200);
  assert.match(page.text, /Enter password to change addresses/);
  assert.doesNotMatch(page.text, /Make primary|name="email"/);
  const sent = await browser.post("/-/settings/email-aliases", { email: "x@example.org" }, { from: "/" });
  assert.equal(
    sent.headers.location,
    `/-/confirm-password?next=${encodeURIComponent("/-/settings/email-aliases")}`,
  );
  assert.match((await browser.follow(sent)).text, /Nothing is changed yet/);
  const asked = await browser.get("/-/settings/two-step");
  assert.equal(
    asked.headers.location,
    `/-/confirm-password?next=${encodeURIComponent("/-/settings/two-step")}`,
  );
  const confirmed = await browser.post("/-/confirm-password", {
    password: PASSWORD,
    next: "/-/settings/two-step",
  });
  assert.equal(confirmed.headers.location, "/-/settings/two-step");
  assert.equal((await browser.get("/-/settings/two-step")).status, 200);
});

test("a password is changed with the current one, and other browsers are signed out unless one unticks it", async () => {
  const account = await newAccount();
  const path = "/-/settings/password";
  const [browser, other] = [await signIn(app, account), await signIn(app, account)];
  assert.match((await browser.get(path)).text, /name="end-others" value="yes" checked/);
  const change = (current: string, password: string, more: Record<string, string> = {}) =>
    browser.post(path, { current, password, ...more });
  const wrong = await change("wrong", "eight otters on a raft");
  assert.match(wrong.text, /This is not your password\./);
  const common = await change(PASSWORD, "qwertyuiop123");
  assert.match(common.text, /among those that are guessed first/);
  const next = "eight otters on a raft";
  assert.equal((await change(PASSWORD, next)).status, 303);
  assert.match((await other.get("/")).text, /Person/, "unticked");
  const done = await change(next, "nine otters on a raft", { "end-others": "yes" });
  assert.match((await browser.follow(done)).text, /Your password is changed/);
  assert.doesNotMatch((await other.get("/")).text, /Person/);
});

test("two-step verification is set up, shown once, renewed and switched off", async () => {
  const account = await newAccount();
  const path = "/-/settings/two-step";
  const [browser, other] = [await signIn(app, account), await signIn(app, account)];
  await browser.post(path, { act: "begin" });
  const setUp = await browser.get(path);
  const seed = (await findPendingSeed(app.ports, account))!;
  const totp = new TOTP({ secret: new OtpSecret({ buffer: Uint8Array.from(seed).buffer }) });
  assert.match(setUp.text, /<svg role="img" aria-label="QR code of the secret below"/);
  const typed = /<pre>([A-Z2-7 ]+)<\/pre>/.exec(setUp.text)![1]!;
  assert.equal(typed.replaceAll(" ", ""), totp.secret.base32);
  const code = totp.generate();
  const wrong = await browser.post(path, { act: "enable", code: code === "000000" ? "000001" : "000000" });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /The code is wrong\./);
  const codes = await browser.post(path, { act: "enable", code });
  assert.equal(codes.status, 200);
  const shown = [...codes.text.matchAll(/(?:[a-z2-7]{4}-){5}[a-z2-7]{4}/g)].map(([each]) => each);
  assert.equal(new Set(shown).size, 10);
  assert.doesNotMatch((await other.get("/")).text, /Person/, "begun without a code");
  const page = await browser.get(path);
  assert.match(page.text, /10 recovery codes are left\./);
  assert.ok(!page.text.includes(totp.secret.base32) && !page.text.includes(shown[0]!));
  const renewed = await browser.post(path, { act: "renew" });
  assert.ok(!renewed.text.includes(shown[0]!));
  assert.match((await browser.get(`${path}?off`)).text, /Switch off two-step verification\?/);
  const off = await browser.post(path, { act: "off" });
  assert.match((await browser.follow(off)).text, /Two-step verification is off/);
  await browser.post(path, { act: "begin" });
  await browser.post(path, { act: "cancel" });
  assert.equal(await findPendingSeed(app.ports, account), undefined);
});

test("sessions are listed with what is known of them; one ends, all others end, and nobody's else", async () => {
  const account = await newAccount();
  const path = "/-/settings/sessions";
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const elsewhere = openWebClient(app);
  await elsewhere.post(
    "/-/sign-in",
    { email: `person${counter}@example.com`, password: PASSWORD },
    { headers: { "user-agent": firefox } },
  );
  const hostile = openWebClient(app);
  await hostile.post(
    "/-/sign-in",
    { email: `person${counter}@example.com`, password: PASSWORD },
    { headers: { "user-agent": "<script>alert(1)</script>" } },
  );
  const browser = await signIn(app, account);
  const page = await browser.get(path);
  assert.equal(rows(page.text).length, 3);
  assert.match(rows(page.text)[0]!, /This browser/);
  assert.match(page.text, /Firefox on Linux/);
  assert.doesNotMatch(page.text, /<script>alert/);
  assert.match(page.text, /127\.0\.0\.1/);
  const uuid = /name="session" value="([^"]+)"/.exec(
    rows(page.text).find((row) => row.includes("Firefox"))!,
  )![1]!;
  const stranger = await signIn(app, app.owner);
  await stranger.post(path, { session: uuid });
  assert.match((await elsewhere.get("/")).text, /Person/, "of another account");
  await browser.post(path, { session: uuid });
  assert.doesNotMatch((await elsewhere.get("/")).text, /Person/);
  const ended = await browser.post(path, { act: "others" });
  assert.match((await browser.follow(ended)).text, /1 session was signed out\./);
  assert.doesNotMatch((await hostile.get("/")).text, /Person/);
  assert.equal(rows((await browser.get(path)).text).length, 1);
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startTestApp } from "../../tests/support/server/test-app.ts";
import { openWebClient, signIn } from "../../tests/support/server/web-client.ts";
import { startApp } from "../app.ts";
import type { Mail } from "../mail/mailer.ts";
import type { Account } from "../model/account.ts";
import type { Secret } from "../model/secret.ts";
import { createAccount, disableAccount } from "../operations/accounts/accounts.ts";
import { requestEmailAddress } from "../operations/accounts/email-addresses.ts";
import { inviteToWorkspace } from "../operations/accounts/invitations.ts";
import { createFirstAccountLink, createPasswordLink } from "../operations/accounts/password-links.ts";
import { removeMember, setMember } from "../operations/workspaces/workspaces.ts";
import { findMember } from "../storage/sql/workspaces/members.ts";
import { writeInvitationMail } from "./mails.ts";

const app = await startTestApp();
after(() => app.close());

const PASSWORD = "seven otters on a raft";
let counter = 0;

function newAccount() {
  counter += 1;
  return createAccount(app.ports, app.by, {
    email: `person${counter}@example.com`,
    username: `person${counter}`,
    displayName: `<b>Person</b> ${counter}`,
  });
}

function pathOf(url: Secret): string {
  return new URL(url.reveal()).pathname;
}

const invite = (email: string) =>
  inviteToWorkspace(
    app.ports,
    app.by,
    app.workspace,
    { email, role: "member", repositoryPermission: "write" },
    writeInvitationMail({ language: "en" }, { workspace: app.workspace, inviter: app.owner }),
  );

test("a link is looked at as often as one likes, and works once: a password, and one is signed in", async () => {
  const account = await newAccount();
  const path = pathOf((await createPasswordLink(app.ports, app.by, account)).url);
  const browser = openWebClient(app);
  for (let i = 0; i < 3; i += 1) {
    const page = await browser.get(path);
    assert.equal(page.status, 200);
    assert.match(page.text, /&lt;b&gt;Person&lt;\/b&gt; 1/);
    assert.match(page.text, /autocomplete="new-password"/);
    assert.equal(page.headers["cache-control"], "no-store");
  }
  for (const [password, message] of [
    ["short", "fewer than 12 characters"],
    ["password1234", "among those that are guessed first"],
    ["person1-person1", "made of names of yours"],
    ["x".repeat(1_025), "more than 1,024 bytes"],
  ] as const) {
    const refused = await browser.post(path, { password });
    assert.equal(refused.status, 422);
    assert.ok(refused.text.includes(message), message);
    assert.ok(!refused.text.includes(`value="${password}"`));
  }
  const done = await browser.post(path, { password: PASSWORD });
  assert.deepEqual([done.status, done.headers.location], [303, "/"]);
  assert.match((await browser.follow(done)).text, /The password is saved/);
  assert.ok(browser.cookies.has("pail"));
  const used = await openWebClient(app).get(path);
  assert.equal(used.status, 410);
  assert.match(used.text, /This link has expired or was used/);
});

test("who is signed in and chooses another password by a link signs in anew", async () => {
  const account = await newAccount();
  const path = pathOf((await createPasswordLink(app.ports, app.by, account)).url);
  const browser = await signIn(app, account);
  const done = await browser.post(path, { password: PASSWORD });
  assert.deepEqual([done.status, done.headers.location], [303, "/-/sign-in"]);
  assert.equal(browser.cookies.has("pail"), false);
  assert.match((await browser.follow(done)).text, /The password is saved\.<\/b> Sign in with it/);
  const other = await signIn(app, app.owner);
  const second = pathOf((await createPasswordLink(app.ports, app.by, account)).url);
  const taken = await other.post(second, { password: PASSWORD });
  assert.equal(taken.headers.location, "/");
  assert.match((await other.follow(taken)).text, /&lt;b&gt;Person/);
});

test("a link that is none looks like one that has ended, also to a form", async () => {
  const browser = openWebClient(app);
  const disabled = await newAccount();
  const path = pathOf((await createPasswordLink(app.ports, app.by, disabled)).url);
  await disableAccount(app.ports, app.by, disabled);
  for (const each of [`/-/link/${"a".repeat(43)}`, "/-/link/x", path]) {
    const page = await browser.get(each);
    assert.equal(page.status, 410);
    const sent = await browser.post(each, { password: PASSWORD }, { from: "/-/sign-in" });
    assert.equal(sent.status, 410);
    assert.equal(browser.cookies.has("pail"), false);
  }
});

test("the first account is made by its link", async () => {
  const empty = await startTestApp();
  try {
    const path = pathOf((await createFirstAccountLink(empty.ports, empty.by)).url);
    const browser = openWebClient(empty, "ja");
    assert.match((await browser.get(path)).text, /最初のアカウントを作成/);
    const wrong = await browser.post(path, { email: "x", username: "-", password: PASSWORD });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /href="#email"/);
    assert.match(wrong.text, /href="#username"/);
    const fields = { email: "op@example.com", username: "op", name: "操作 者", password: PASSWORD };
    const done = await browser.post(path, fields);
    assert.equal(done.status, 303);
    assert.match((await browser.follow(done)).text, /操作 者/);
  } finally {
    await empty.close();
  }
});

test("an owner who is removed, is a member only, or is disabled, comes back by no invitation of their own", async () => {
  const ends = {
    removed: (account: Account) => removeMember(app.by, app.workspace, account),
    demoted: (account: Account) => setMember(app.ports, app.by, app.workspace, account, "member", "read"),
    disabled: (account: Account) => disableAccount(app.ports, app.by, account),
  };
  for (const [why, end] of Object.entries(ends)) {
    const account = await newAccount();
    await setMember(app.ports, app.by, app.workspace, account, "owner", "admin");
    const fields = { email: `${why}@example.com`, role: "owner", permission: "admin" };
    const made = await (await signIn(app, account)).post("/acme/workspace/settings/invitations", fields);
    const path = /\/-\/link\/[\w-]{43}/.exec(made.text)![0];
    assert.equal((await openWebClient(app).get(path)).status, 200, why);
    const accepting = await signIn(app, await newAccount());
    await end(account);
    assert.equal((await openWebClient(app).get(path)).status, 410, why);
    const joined = await accepting.post(path, { act: "join" }, { from: "/" });
    assert.equal(joined.status, 410, why);
    const fresh = { username: `${why}-back`, password: PASSWORD };
    const created = await openWebClient(app).post(path, fresh, { from: "/-/sign-in" });
    assert.equal(created.status, 410, why);
  }
});

test("an invitation makes an account, which is a member and signed in", async () => {
  const made = await invite("new@example.com");
  const path = pathOf(made.url!);
  const browser = openWebClient(app);
  const page = await browser.get(path);
  assert.match(page.text, /<h1>Join <bdi>Acme<\/bdi><\/h1>/);
  assert.match(page.text, /new@example\.com/);
  const taken = await browser.post(path, { username: "owner", name: "N", password: PASSWORD });
  assert.equal(taken.status, 422);
  assert.match(taken.text, /This user name is taken/);
  const done = await browser.post(path, { username: "newbie", name: "New", password: PASSWORD });
  assert.deepEqual([done.status, done.headers.location], [303, "/acme/workspace/repositories"]);
  assert.match((await browser.follow(done)).text, /You are now a member of <b>Acme<\/b>/);
  assert.equal((await openWebClient(app).get(path)).status, 410);
});

test("somebody with an account signs in and joins; nobody joins in their place", async () => {
  const account = await newAccount();
  const path = pathOf((await invite(`person${counter}@example.com`)).url!);
  const stranger = openWebClient(app);
  const page = await stranger.get(path);
  assert.doesNotMatch(page.text, /name="username"/, "there is an account with the address");
  assert.ok(page.text.includes(`/-/sign-in?next=${encodeURIComponent(path)}`));
  const sent = await stranger.post(path, { act: "join" }, { from: "/-/sign-in" });
  assert.match(sent.headers.location!, /^\/-\/sign-in/);
  const browser = await signIn(app, account);
  assert.match((await browser.get(path)).text, /Join workspace/);
  const done = await browser.post(path, { act: "join" });
  assert.equal(done.status, 303);
  const member = await findMember(app.ports.database.kysely, app.workspace.uuid, account.uuid);
  assert.equal(member?.role, "member");
});

test("links are mailed in words, to the address and nobody else, and a link of another address is told", async () => {
  const mails: Mail[] = [];
  const mailer = {
    async send(mail: Mail) {
      mails.push(mail);
    },
    close() {},
  };
  const ports = { ...app.ports, mailer };
  const mailing = await startApp(ports, { sharesPort: false });
  try {
    const account = await newAccount();
    const address = `person${counter}@example.com`;
    const browser = openWebClient(mailing, "ja");
    const known = await browser.post("/-/cannot-sign-in", { email: address });
    const unknown = await browser.post("/-/cannot-sign-in", { email: "nobody@example.com" });
    const strip = (text: string) => text.replaceAll(/value="[^"]*"/g, "");
    assert.equal(strip(known.text), strip(unknown.text));
    await app.ports.backgroundWork.idle();
    assert.deepEqual(
      mails.map(({ to, subject }) => [to, subject]),
      [[address, `127.0.0.1:${new URL(mailing.url).port} のパスワードの設定`]],
    );
    assert.match(mails[0]!.text.reveal(), /http:\/\/127\.0\.0\.1:\d+\/-\/link\/[\w-]{43}\n/);
    for (let i = 0; i < 4; i += 1) await browser.post("/-/cannot-sign-in", { email: address });
    assert.equal((await browser.post("/-/cannot-sign-in", { email: address })).status, 429);

    const { url } = await createPasswordLink(ports, app.by, account);
    assert.equal((await openWebClient(mailing).get(pathOf(url))).status, 200);
    await app.ports.backgroundWork.idle();
    mails.length = 0;
    await requestEmailAddress(ports, app.by, account, "owner@example.com", () => ({
      subject: "x",
      text: url,
    }));
    await app.ports.backgroundWork.idle();
    assert.deepEqual(
      mails.map(({ to }) => to),
      ["owner@example.com"],
    );
  } finally {
    await mailing.close();
  }
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic, sendRequest } from "../../../../tests/support/clients/http-request.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { signIn, type WebClient } from "../../../../tests/support/server/web-client.ts";
import { SCOPES } from "../../../model/scope.ts";
import { LIVING_TOKENS_MAX } from "../../../model/token.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { createApiToken } from "../../../operations/tokens/api-tokens.ts";
import { setTokenPolicy } from "../../../operations/tokens/token-policies.ts";
import { createWorkspace } from "../../../operations/workspaces/workspaces.ts";
import { listTokens } from "../../../storage/sql/tokens/tokens.ts";

const LIST = "/-/settings/api-tokens";
const NEW = `${LIST}/new`;
/** The text of a token in a page. */
const TOKEN = /ATATT3xFfGF0[A-Za-z0-9_-]{171}=[0-9A-F]{8}/;

const app = await startTestApp();
after(() => app.close());

const fields = { name: "laptop", expires: "90" };
const ticked = (text: string) => [...text.matchAll(/value="([a-z:-]+)" checked/g)].map(([, scope]) => scope);

/** The address of the step that an answer leads to. */
function location(answer: { readonly headers: Readonly<Record<string, unknown>> }): string {
  return String(answer.headers.location);
}

async function startDraft(browser: WebClient, name: string, query = ""): Promise<string> {
  const scopes = new URLSearchParams(query).get("scopes");
  const answer = await browser.post(
    NEW,
    { ...fields, name, ...(scopes === null ? {} : { scopes }) },
    { from: `${NEW}${query}` },
  );
  assert.equal(answer.status, 303, answer.text);
  return location(answer).replace(/\/scopes$/, "");
}

for (const language of ["en", "ja"]) {
  test(`without a script, in ${language}: name, scopes, review, and a token that works as its commands say`, async () => {
    const browser = await signIn(app, app.owner, language);
    const name = `laptop ${language}`;
    const draft = await startDraft(browser, name);
    const scopes = ["read:repository:bitbucket", "read:user:bitbucket"];
    const chosen = await browser.post(`${draft}/scopes`, { scope: scopes, do: "review" });
    assert.equal(location(chosen), `${draft}/review`);
    const review = await browser.get(`${draft}/review`);
    assert.match(review.text, language === "en" ? /Clone and fetch\./ : /クローンとフェッチ/);
    assert.match(review.text, language === "en" ? /Push · / : /プッシュ、/);
    assert.doesNotMatch(review.text, TOKEN);
    const shown = await browser.post(`${draft}/review`, { repository: "acme/demo" });
    assert.equal(shown.status, 200);
    assert.equal(shown.headers["cache-control"], "no-store");
    const [token = ""] = TOKEN.exec(shown.text) ?? [];
    assert.notEqual(token, "");
    assert.equal(
      shown.text.split(token).length,
      2,
      "in its field and nowhere else, least of all in a command",
    );
    assert.match(
      shown.text,
      language === "en" ? /Copy your token now/ : /今すぐトークンをコピーしてください/,
    );
    assert.match(shown.text, /<pre>read -rs TOKEN<\/pre>/);
    assert.match(
      shown.text,
      /git clone http:\/\/x-bitbucket-api-token-auth@127\.0\.0\.1:\d+\/acme\/demo\.git</,
    );
    assert.match(shown.text, /git clone http:\/\/owner@127/);
    assert.match(shown.text, /--user &quot;owner@example\.com:\$TOKEN&quot;/);
    const headers = { authorization: basic("owner@example.com", token) };
    assert.equal((await sendRequest(app.url, "/2.0/user", { headers })).status, 200);
    assert.equal((await sendRequest(app.url, "/2.0/user/workspaces", { headers })).status, 403);
  });
}

test("a token is shown once: sent again, the form leads to a page that says so, and makes no second token", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "once");
  await browser.post(`${draft}/scopes`, { scope: "read:me", do: "review" });
  const shown = await browser.post(`${draft}/review`);
  const [token = ""] = TOKEN.exec(shown.text) ?? [];
  const again = await browser.post(`${draft}/review`, {}, { from: LIST });
  assert.equal(again.status, 303);
  const end = await browser.follow(again);
  assert.match(end.text, /This token was shown already/);
  assert.match(end.text, /href="[^"]+\/rotate"/);
  assert.match(end.text, /href="[^"]+\/revoke"/);
  for (const path of [LIST, location(again), `${draft}/review`, `${draft}/scopes`, draft]) {
    const { text } = await browser.follow(await browser.get(path));
    assert.ok(!text.includes(token.slice(0, 40)), path);
  }
  assert.equal(
    (await listTokens(app.ports.database.kysely, app.owner.uuid)).filter(({ name }) => name === "once")
      .length,
    1,
  );
});

test("of two forms at once one makes the token", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "twice");
  await browser.post(`${draft}/scopes`, { scope: "read:me", do: "review" });
  const answers = await Promise.all([browser.post(`${draft}/review`), browser.post(`${draft}/review`)]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 303]);
});

test("a draft of another session is not there, be it of the same account or not", async () => {
  const draft = await startDraft(await signIn(app, app.owner), "mine");
  const mallory = await createAccount(app.ports, app.by, { email: "m@example.com", username: "mallory" });
  for (const other of [await signIn(app, app.owner), await signIn(app, mallory)]) {
    for (const step of ["", "/scopes", "/review"]) {
      const answer = await other.get(`${draft}${step}`);
      assert.deepEqual([answer.status, location(answer)], [303, NEW], step);
      const posted = await other.post(`${draft}${step}`, { ...fields, scope: "read:me" }, { from: NEW });
      assert.deepEqual([posted.status, location(posted)], [303, NEW], step);
    }
  }
  assert.equal((await (await signIn(app, app.owner)).get(`${NEW}/x/review`)).status, 404);
});

test("what a refused request lacked is ticked, and nothing else; unknown scopes are left out", async () => {
  const browser = await signIn(app, app.owner);
  const query = "?scopes=read:repository:bitbucket,write:repository,<b>,root:all";
  const draft = await startDraft(browser, "from a 403", query);
  const { text } = await browser.get(`${draft}/scopes`);
  assert.deepEqual(ticked(text), ["read:repository:bitbucket", "write:repository:bitbucket"]);
  assert.deepEqual(ticked((await browser.get(`${await startDraft(browser, "bare")}/scopes`)).text), []);
});

test("presets only tick boxes", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "preset");
  const answer = await browser.post(`${draft}/scopes`, { scope: "read:webhook:bitbucket", preset: "ci" });
  const { text } = await browser.follow(answer);
  assert.deepEqual(ticked(text), [
    "read:repository:bitbucket",
    "read:pullrequest:bitbucket",
    "read:webhook:bitbucket",
  ]);
  assert.equal((await browser.post(`${draft}/scopes`, { preset: "constructor" })).status, 303);
});

test("the filter knows tasks in both languages, keeps ticks and says which words found nothing", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "filter");
  const filtered = async (q: string, only = "") =>
    (await browser.follow(await browser.post(`${draft}/scopes`, { scope: "read:me", q, only, do: "filter" })))
      .text;
  for (const question of ["push", "プッシュ"]) {
    const text = await filtered(question);
    assert.match(text, /value="write:repository:bitbucket"/);
    assert.doesNotMatch(text, /value="delete:webhook:bitbucket"/);
    assert.deepEqual(ticked(text), ["read:me"], "ticked, and not found: it is sent along");
  }
  assert.match(await filtered("<script>"), /No scope matches “<bdi>&lt;script&gt;<\/bdi>”/);
  assert.doesNotMatch(await filtered("", "read"), /value="write:/);
  assert.equal([...(await filtered("", "ticked")).matchAll(/name="scope"/g)].length, 1);
  // Enter in the field sends the first button of the form, which must be no preset.
  const { text } = await browser.get(`${draft}/scopes`);
  assert.match(
    text,
    /<form[^>]*picker[^>]*>(?:<input type="hidden"[^>]*>)?\s*<button[^>]*name="do" value="filter"/,
  );
});

test("steps can be gone back to, and keep what was entered", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "first name");
  await browser.post(`${draft}/scopes`, { scope: "read:me", do: "review" });
  const back = await browser.get(draft);
  assert.match(back.text, /value="first name"/);
  const inTenDays = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  await browser.post(draft, { name: "second name", expires: "other", until: inTenDays });
  const { text } = await browser.get(`${draft}/review`);
  assert.match(text, /second name/);
  assert.match(text, /\(10 days\)/);
  assert.match((await browser.get(draft)).text, new RegExp(`value="${inTenDays}"`));
});

const dayFrom = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
for (const [what, changes, field, message] of [
  ["no name", { name: " " }, "name", /Enter a name\./],
  ["a name that is too long", { name: "x".repeat(256) }, "name", /At most 255 characters; these are 256\./],
  ["a token as its name", { name: `ATATT3xFfGF0${"x".repeat(30)}` }, "name", /This is a token, not a name\./],
  ["no expiry", { expires: "" }, "expires", /Choose how long/],
  ["a made-up expiry", { expires: "400" }, "expires", /Choose how long/],
  ["no date", { expires: "other" }, "until", /Enter a date/],
  ["a date that there is not", { expires: "other", until: "2027-02-31x" }, "until", /Enter a date/],
  ["today", { expires: "other", until: dayFrom(0) }, "until", /too early/],
  ["a date too far away", { expires: "other", until: dayFrom(367) }, "until", /at most 365 days/],
] as const) {
  test(`refuses ${what} at its field, and gives back what was entered`, async () => {
    const browser = await signIn(app, app.owner);
    const answer = await browser.post(NEW, { ...fields, name: "kept", ...changes });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /There is a problem/);
    assert.match(answer.text, new RegExp(`<a href="#${field}">`));
    assert.match(answer.text, message);
    assert.match(answer.text, /<title>Problem: /);
    if (!("name" in changes)) assert.match(answer.text, /value="kept"/);
    assert.doesNotMatch(answer.text, /<textarea/);
  });
}

test("refuses a name that a living token has, and no scope at all", async () => {
  const browser = await signIn(app, app.owner, "ja");
  await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "使用中",
    scopes: ["read:me"],
    ageDays: 1,
  });
  const taken = await browser.post(NEW, { ...fields, name: "使用中" });
  assert.equal(taken.status, 422);
  assert.match(taken.text, /という名前のトークンがすでにあります。/);
  const draft = await startDraft(browser, "空");
  const answer = await browser.post(`${draft}/scopes`, { do: "review" });
  assert.equal(answer.status, 422);
  assert.match(answer.text, /スコープを 1\u00a0つ以上選択してください。/);
  assert.equal(location(await browser.get(`${draft}/review`)), `${draft}/scopes`);
});

test("a name that was taken since is refused at the last step", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "raced");
  await browser.post(`${draft}/scopes`, { scope: "read:me", do: "review" });
  await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "raced",
    scopes: ["read:me"],
    ageDays: 1,
  });
  const answer = await browser.post(`${draft}/review`);
  assert.equal(answer.status, 422);
  assert.match(answer.text, /You already have a token named <bdi>raced<\/bdi>\./);
  assert.doesNotMatch(answer.text, TOKEN);
});

test("somebody has so many living tokens and no more", async () => {
  const many = await createAccount(app.ports, app.by, { email: "many@example.com", username: "many" });
  for (let index = 1; index < LIVING_TOKENS_MAX; index += 1)
    await createApiToken(app.ports, app.by, {
      accountUuid: many.uuid,
      name: `number ${index}`,
      scopes: SCOPES,
      ageDays: 1,
    });
  const browser = await signIn(app, many);
  const create = async (name: string) => {
    const draft = await startDraft(browser, name);
    await browser.post(`${draft}/scopes`, { scope: "read:me", do: "review" });
    return browser.post(`${draft}/review`);
  };
  assert.equal((await create("the last")).status, 200);
  const refused = await create("one more");
  assert.equal(refused.status, 422);
  assert.match(refused.text, /You have 100 tokens in use, which is the limit\./);
  assert.equal((await browser.get(LIST)).status, 200);
});

test("the password is asked for again before a token is made, and the draft survives it", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "later");
  await browser.post(`${draft}/scopes`, { scope: "read:me", do: "review" });
  const old = Date.now() - 11 * 60_000;
  await app.ports.database.kysely
    .updateTable("session")
    .set({ authenticated_at: old })
    .where("uuid", "=", browser.session.uuid)
    .execute();
  for (const answer of [
    await browser.get(`${draft}/review`),
    await browser.post(`${draft}/review`, {}, { from: LIST }),
  ]) {
    assert.equal(answer.status, 303);
    assert.match(location(answer), /^\/-\/confirm-password\?next=/);
  }
});

test("what one's workspaces refuse is said at each step, in both languages, and hinders nobody", async () => {
  const { workspace } = await createWorkspace(app.ports, app.by, {
    slug: "strict",
    name: "Strict",
    owner: app.owner,
  });
  await setTokenPolicy(app.ports, app.by, workspace, {
    lifetimeDaysMax: 30,
    refusedScopes: ["admin:workspace:bitbucket"],
    enforcedFrom: undefined,
  });
  const browser = await signIn(app, app.owner);
  const said = /<code>strict<\/code> takes tokens of at most 30 days\./;
  assert.match((await browser.get(NEW)).text, said);
  const japanese = await (await signIn(app, app.owner, "ja")).get(NEW);
  assert.match(japanese.text, /<code>strict<\/code> で使えるトークンの有効期間は最長 30\u00a0日間です。/);
  const draft = await startDraft(browser, "against the policy");
  const picker = (await browser.get(`${draft}/scopes`)).text;
  assert.equal(picker.match(/<code>strict<\/code> refuses tokens with this scope/g)?.length, 1);
  const scope = ["read:repository:bitbucket", "admin:workspace:bitbucket"];
  await browser.post(`${draft}/scopes`, { scope, do: "review" });
  const review = (await browser.get(`${draft}/review`)).text;
  assert.match(review, /Refused by/);
  assert.match(review, said);
  assert.match(review, /<code>strict<\/code> refuses tokens with <span class="scopes">/);
  assert.match((await browser.post(`${draft}/review`)).text, TOKEN);
  const stranger = await createAccount(app.ports, app.by, { email: "s@example.com", username: "stranger" });
  assert.doesNotMatch((await (await signIn(app, stranger)).get(NEW)).text, /strict/);
});

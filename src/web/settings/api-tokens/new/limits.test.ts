import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic, sendRequest } from "../../../../../tests/support/clients/http-request.ts";
import { createCaller } from "../../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../../tests/support/server/test-app.ts";
import { signIn, type WebClient } from "../../../../../tests/support/server/web-client.ts";
import type { RepositorySlug } from "../../../../model/slug.ts";
import { createRepository } from "../../../../operations/repositories/repositories.ts";
import { createWorkspace } from "../../../../operations/workspaces/workspaces.ts";

const LIST = "/-/settings/api-tokens";
const NEW = `${LIST}/new`;
const TOKEN = /ATATT3xFfGF0[A-Za-z0-9_-]{171}=[0-9A-F]{8}/;

const app = await startTestApp();
after(() => app.close());
const other = await createRepository(app.ports, app.by, {
  workspace: app.workspace,
  project: app.project,
  slug: "other" as RepositorySlug,
});

/** A draft that lacks nothing but limits. */
async function startDraft(browser: WebClient, name: string): Promise<string> {
  const answer = await browser.post(NEW, { name, expires: "90" });
  const draft = String(answer.headers.location).replace(/\/scopes$/, "");
  await browser.post(`${draft}/scopes`, { scope: "read:repository:bitbucket", do: "review" });
  return draft;
}

const LIMITS = {
  repositories: "acme/demo\r\n\r\n  acme/demo ",
  projects: "",
  workspaces: "",
  refs: "refs/heads/bot/*",
  addresses: "127.0.0.1\n192.0.2.0/24",
  read_only_hours: "sat-sun 00:00-24:00 Asia/Tokyo",
};

for (const [language, works, limited] of [
  ["en", /in all repositories that you have access to/, /limited: <code>acme\/demo<\/code>/],
  ["ja", /アクセス権のあるすべてのリポジトリ/, /制限: <code>acme\/demo<\/code>/],
] as const) {
  test(`a token is limited on the way to it, in ${language}, and each page about it says so`, async () => {
    const browser = await signIn(app, app.owner, language);
    const draft = await startDraft(browser, `limited ${language}`);
    const review = await browser.get(`${draft}/review`);
    assert.match(review.text, works);
    assert.match(review.text, new RegExp(`href="${draft}/limits"`));
    const saved = await browser.post(`${draft}/limits`, LIMITS);
    assert.equal(saved.headers.location, `${draft}/review`);
    const again = await browser.get(`${draft}/limits`);
    assert.match(again.text, />\s*acme\/demo<\/textarea>/);
    assert.match(again.text, /127\.0\.0\.1\/32\n192\.0\.2\.0\/24<\/textarea>/);
    const reviewed = await browser.get(`${draft}/review`);
    for (const limit of ["acme/demo", "refs/heads/bot/*", "192.0.2.0/24", "sat-sun 00:00-00:00 Asia/Tokyo"])
      assert.ok(reviewed.text.includes(`<code>${limit}</code>`), limit);
    const shown = await browser.post(`${draft}/review`);
    const [token = ""] = TOKEN.exec(shown.text) ?? [];
    assert.ok(shown.text.includes("<code>acme/demo</code>"));
    const ask = async (path: string) => {
      const headers = { authorization: basic("owner@example.com", token) };
      return (await sendRequest(app.url, path, { headers })).status;
    };
    assert.equal(await ask("/2.0/repositories/acme/demo"), 200);
    assert.equal(await ask(`/2.0/repositories/acme/${other.slug}`), 404);
    assert.match((await browser.get(LIST)).text, limited);
  });
}

test("what is wrong is said at its field, with what was entered, and nothing is saved", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "wrong");
  const stranger = await createCaller(app, "stranger");
  const far = await createWorkspace(app.ports, app.by, { slug: "far", name: "Far", owner: stranger.account });
  await createRepository(app.ports, app.by, { ...far, slug: "secret" as RepositorySlug });
  const answer = await browser.post(`${draft}/limits`, {
    ...LIMITS,
    repositories: "acme/demo\nacme/none\nfar/secret",
    refs: "main",
    addresses: "localhost",
    read_only_hours: "never",
  });
  assert.equal(answer.status, 422);
  for (const text of [
    "<bdi>acme/none</bdi> does not exist, or you have no access to it.",
    "<bdi>main</bdi> is not written as expected. Write it like <code>refs/heads/bot/*</code>.",
    "<bdi>localhost</bdi> is not written as expected.",
    "<bdi>never</bdi> is not written as expected.",
    "acme/demo\nacme/none\nfar/secret</textarea>",
  ])
    assert.ok(answer.text.includes(text), text);
  assert.match((await browser.get(`${draft}/review`)).text, /in all repositories that you have access to/);
  const hidden = await browser.post(`${draft}/limits`, { ...LIMITS, repositories: "far/secret" });
  assert.ok(hidden.text.includes("<bdi>far/secret</bdi> does not exist, or you have no access to it."));
});

test("emptied fields limit nothing any more", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "emptied");
  await browser.post(`${draft}/limits`, LIMITS);
  await browser.post(`${draft}/limits`, {});
  assert.match((await browser.get(`${draft}/review`)).text, /in all repositories that you have access to/);
});

test("a token's page has those that were derived from it, each with its end, and they say what they are of", async () => {
  const browser = await signIn(app, app.owner);
  const draft = await startDraft(browser, "parent");
  const [token = ""] = TOKEN.exec((await browser.post(`${draft}/review`)).text) ?? [];
  const parent = /href="(\/-\/settings\/api-tokens\/[0-9a-f-]{36})"><bdi>parent</.exec(
    (await browser.get(LIST)).text,
  )![1]!;
  assert.match((await browser.get(parent)).text, /No derived token is in use\./);
  const derived = await sendRequest(app.url, "/-/tokens/derive", {
    method: "POST",
    headers: { authorization: basic("owner@example.com", token), "content-type": "application/json" },
    body: JSON.stringify({
      name: "for <b>a job",
      scopes: ["read:repository:bitbucket"],
      repositories: ["acme/demo"],
      expires_in: 600,
    }),
  });
  const { id, token: text } = JSON.parse(derived.text) as { readonly id: string; readonly token: string };
  const page = await browser.get(parent);
  assert.match(page.text, /<bdi>for &lt;b&gt;a job<\/bdi>/);
  assert.match(page.text, /limited: <code>acme\/demo<\/code>/);
  assert.ok(!page.text.includes(text.slice(0, 40)));
  assert.doesNotMatch((await browser.get(LIST)).text, /a job/, "the list has those that were created");
  const own = await browser.get(`${LIST}/${id}`);
  assert.match(own.text, new RegExp(`Derived from</dt><dd><a href="${parent}"`));
  assert.doesNotMatch(own.text, /\/rotate"/);
  assert.match((await browser.get(`${LIST}/${id}/rotate`)).text, /It was derived from another token/);
  await browser.post(`${LIST}/${id}/revoke`);
  assert.match((await browser.get(parent)).text, /No derived token is in use\./);
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seedFiles } from "../../../tests/support/git/seed-files.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { openWebClient, signIn, type WebClient } from "../../../tests/support/server/web-client.ts";
import type { RepositorySlug } from "../../model/slug.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";
import { createRepository } from "../../operations/repositories/repositories.ts";
import { upsertRepositoryPermission } from "../../storage/sql/permissions/permissions.ts";
import { findRepository, updateRepository } from "../../storage/sql/repositories/repositories.ts";

const README = `# demo <script>alert(1)</script>

[docs](docs/a.md#part) [up](../../../x) [root](/LICENSE) [mail](mailto:a@example.com) [js](javascript:alert(1)) [out](https://out.example/)
![logo](docs/logo.svg) ![badge](https://badge.example/x.svg) ![twisted](//evil.example/x.png) <img src=x onerror=alert(1)>

### Deep
`;
let app: TestApp;
let owner: WebClient;

async function create(slug: string) {
  const { workspace, project } = app;
  return createRepository(app.ports, app.by, { workspace, project, slug: slug as RepositorySlug });
}

before(async () => {
  app = await startTestApp();
  owner = await signIn(app, app.owner);
  await seedFiles(app, app.repository, "main", [
    { message: "First commit", files: { "README.md": README, "docs/a.md": "# a\n", LICENSE: "x\n" } },
    { message: "Second <b>", author: "Bob <bob@example.com>", files: { "docs/logo.svg": "<svg/>" } },
  ]);
  await app.by.transaction((tx) =>
    updateRepository(tx, app.repository.uuid, { description: "<script>alert(1)</script> desc" }),
  );
});
after(() => app.close());

test("the overview has the files, their last commits, and what one may", async () => {
  await app.token(["read:repository:bitbucket"]);
  await app.token(["read:project:bitbucket"]);
  // The column of commits may be late by one page.
  await owner.get("/acme/demo");
  await app.ports.backgroundWork.idle();
  const { status, text } = await owner.get("/acme/demo");
  assert.equal(status, 200);
  assert.match(text, /<title>acme\/demo · Pail<\/title>/);
  assert.match(
    text,
    /<a href="\/acme\/demo\/src\/main\/docs"><b>docs\/<\/b><\/a><\/td><td class="hide-s"><a class="dim" href="[^"]+"><bdi>Second &lt;b&gt;/,
  );
  assert.match(text, /LICENSE<\/a><\/td><td class="hide-s"><a class="dim" href="[^"]+"><bdi>First commit/);
  assert.match(text, /<dt>Permission<\/dt><dd><b>admin<\/b>/);
  assert.match(text, /1 of yours reaches it/);
  assert.match(text, /whoever may write/);
  assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt; desc/);
  assert.doesNotMatch(text, /<script>/);
});

test("links and pictures of a README lead into the repository, and to no other host by themselves", async () => {
  const { text } = await owner.get("/acme/demo");
  const prose = text.slice(text.indexOf('<div class="prose"'));
  for (const part of [
    'href="/acme/demo/src/main/docs/a.md#part"',
    'href="/acme/demo/src/main/x"',
    'href="/acme/demo/src/main/LICENSE"',
    'href="https://out.example/" rel="nofollow noreferrer"',
    '<img src="/acme/demo/raw/main/docs/logo.svg" alt="logo"',
    "[badge]",
    "[twisted]",
    "<h3>demo",
    "<h4>Deep",
  ])
    assert.ok(prose.includes(part), part);
  assert.doesNotMatch(prose, /href="javascript:|src="(?:https?:)?\/\/|<img src=x/);
});

test("a folder shows its README, whose links begin there", async () => {
  const other = await create("inner");
  await seedFiles(app, other, "main", [
    { message: "x", files: { "a/readme.md": "[b](b.md) [c](../c.md) ![d](d%20e.png)", "a/b.md": "b" } },
  ]);
  const { text } = await owner.get("/acme/inner/src/main/a");
  for (const part of ["/src/main/a/b.md", "/src/main/c.md", "/raw/main/a/d%20e.png"])
    assert.ok(text.includes(`"/acme/inner${part}"`), part);
});

test("a file of markup is shown as code, and rendered if that is asked for", async () => {
  const code = await owner.get("/acme/demo/src/main/README.md");
  assert.match(code.text, /href="\/acme\/demo\/src\/main\/README\.md\?rendered=1">Rendered/);
  assert.match(code.text, /<tr id="L1">/);
  const { text } = await owner.get("/acme/demo/src/main/README.md?rendered=1");
  assert.match(text, /<h3>demo &lt;script&gt;/);
  assert.doesNotMatch(text, /<tr id="L1">|<script>/);
  assert.match((await owner.get("/acme/demo/src/main/LICENSE?rendered=1")).text, /<tr id="L1">/);
});

test("a README of many parts is cut, and leads to the rest", async () => {
  const other = await create("long-readme");
  await seedFiles(app, other, "main", [{ message: "x", files: { "README.md": "* **a**\n\n".repeat(5000) } }]);
  const { text } = await owner.get("/acme/long-readme");
  assert.match(text, /The rest is in the file/);
  assert.ok(text.match(/<[a-z]/g)!.length < 3000);
});

test("every way to clone is there, with one's own name, and no token in it", async () => {
  const { text } = await owner.get("/acme/demo?clone");
  const { host } = new URL(app.url);
  assert.match(text, /<details class="pop" open>/);
  for (const command of [
    `git clone http://x-bitbucket-api-token-auth@${host}/acme/demo.git`,
    `git clone http://owner@${host}/acme/demo.git`,
    `git remote set-url origin http://x-bitbucket-api-token-auth@${host}/acme/demo.git`,
    `git remote set-url origin http://owner@${host}/acme/demo.git`,
    `git clone &quot;http://x-bitbucket-api-token-auth:$TOKEN@${host}/acme/demo.git&quot;`,
    `git clone &quot;http://owner:$TOKEN@${host}/acme/demo.git&quot;`,
    `git remote set-url origin &quot;http://owner:$TOKEN@${host}/acme/demo.git&quot;`,
  ])
    assert.ok(text.includes(`<pre>${command}</pre>`), command);
  assert.match(text, /Stored in plain text in <code>\.git\/config<\/code>/);
  const closed = await owner.get("/acme/demo");
  assert.match(closed.text, /<details class="pop"><summary/);
});

test("a fork says what it is a fork of", async () => {
  await create("parent");
  await owner.post("/acme/parent/fork", { workspace: "acme", name: "child", private: "yes" });
  const fork = await findRepository(
    app.ports.database.kysely,
    { uuid: app.workspace.uuid },
    { slug: "child" as RepositorySlug },
  );
  await seedFiles(app, fork!, "main", [{ message: "First commit", files: { a: "a\n" } }]);
  assert.match(
    (await owner.get("/acme/child")).text,
    /Fork of<\/dt><dd><a href="\/acme\/parent">acme\/parent</,
  );
});

test("an empty repository says how to fill it to who may, in both languages", async () => {
  await create("empty");
  const { text } = await owner.get("/acme/empty");
  assert.match(text, /Nothing has been pushed yet/);
  assert.match(text, /git remote add origin http:\/\/x-bitbucket-api-token-auth@/);
  assert.match(text, /git clone http:\/\/x-bitbucket-api-token-auth@/);
  const japanese = await signIn(app, app.owner, "ja");
  assert.match((await japanese.get("/acme/empty")).text, /まだ何もプッシュされていません/);
  assert.equal((await owner.get("/acme/empty/src")).headers.location, "/acme/empty");
  assert.equal((await owner.get("/acme/empty/files")).headers.location, "/acme/empty");
});

test("who may only read is offered no push", async () => {
  const { uuid } = await create("readers");
  const reader = await createAccount(app.ports, app.by, { email: "r@example.com", username: "reader" });
  await upsertRepositoryPermission(app.ports.database.kysely, uuid, reader.uuid, "read");
  const { text } = await (await signIn(app, reader)).get("/acme/readers");
  assert.match(text, /Whoever may write can push the first commit/);
  assert.doesNotMatch(text, /git push/);
});

test("a public repository is shown to everybody, who need no token to clone it", async () => {
  const { uuid } = await create("open");
  await app.by.transaction((tx) => updateRepository(tx, uuid, { isPrivate: false }));
  const { text, status } = await openWebClient(app).get("/acme/open?clone");
  assert.equal(status, 200);
  assert.match(text, /Whoever may write/);
});

test("a branch that is not the main one is enough for a page", async () => {
  const other = await create("no-main");
  await seedFiles(app, other, "side", [{ message: "x", files: { a: "a" } }]);
  const { text } = await owner.get("/acme/no-main");
  assert.match(text, /There is no main branch/);
  assert.match(text, /<option value="side">side<\/option>/);
});

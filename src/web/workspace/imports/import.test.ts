import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { httpBackend, openSourceServer } from "../../../../tests/support/remote-servers/source-server.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../tests/support/server/web-client.ts";
import { runGit } from "../../../git/process/git-process.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";
import { insertImport } from "../../../storage/sql/imports/repository-imports.ts";

const FORM = "/acme/workspace/new/import";
const folder = await mkdtemp(join(tmpdir(), "pail-import-page-"));
const gitDir = join(folder, "old.git");
await runGit(["init", "--quiet", "--bare", gitDir], { gitDir: folder });
await runGit(["fast-import", "--quiet"], {
  gitDir,
  input: `commit refs/heads/main
committer Olive <owner@example.com> 1767225600 +0000
data 5
first
M 100644 inline a.md
data 4
# a

done
`,
});
const backend = httpBackend(folder);
const origin = await openSourceServer((request, response) => {
  if (!request.url?.startsWith("/hanging")) backend(request, response);
});
const app = await startTestApp({ mayImportFromPrivateAddresses: true });
const owner = await signIn(app, app.owner);
const member = await createAccount(app.ports, app.by, { email: "writer@example.com", username: "writer" });
await setMember(app.ports, app.by, app.workspace, member, "member", "write");
const project = app.project.uuid;
after(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

async function begin(fields: Record<string, string>) {
  const answer = await owner.post(FORM, { project, private: "yes", ...fields });
  assert.equal(answer.status, 303, answer.text);
  return String(answer.headers.location);
}

test("a repository is imported from the form to its page, and the page says when it is done", async () => {
  const path = await begin({ url: `${origin}/old.git`, name: "Taken <b>over</b>" });
  await app.ports.backgroundWork.idle();
  const { text } = await owner.get(path);
  assert.match(text, /class="tag ok">Done/);
  assert.match(text, /href="\/acme\/taken-b-over-b-"|href="\/acme\/taken-b-over-b"/);
  assert.doesNotMatch(text, /<b>over/);
  assert.doesNotMatch(text, /http-equiv="refresh"/);
  assert.match((await owner.get(FORM)).text, /Your imports/);
});

test("a running one refreshes its page, is cancelled, and can be tried again without the password", async () => {
  const path = await begin({
    url: `${origin}/hanging.git`,
    name: "slow",
    user: "ann",
    password: "hidden-word",
  });
  const running = (await owner.get(path)).text;
  assert.match(running, /http-equiv="refresh" content="2"/);
  assert.match(running, /Cancel import/);
  assert.equal((await owner.post(path, { act: "cancel" })).status, 303);
  await app.ports.backgroundWork.idle();
  const cancelled = (await owner.get(path)).text;
  assert.match(cancelled, /Cancelled/);
  const again = /href="([^"]*new\/import\?from=[^"]*)"/.exec(cancelled)![1]!;
  const form = (await owner.get(again)).text;
  assert.match(form, new RegExp(`value="${origin}/hanging.git"`));
  for (const text of [running, cancelled, form]) assert.doesNotMatch(text, /hidden-word/);
  assert.equal((await owner.post(path, { act: "forget" })).status, 303);
  assert.equal((await owner.get(path)).status, 404);
});

test("one whose server was killed is shown as cut off, in both languages", async () => {
  const uuid = randomUUID() as Uuid;
  const createdAt = new Date(Date.now() - 3_600_000);
  await insertImport(app.ports.database.kysely, {
    uuid,
    workspaceUuid: app.workspace.uuid,
    projectUuid: app.project.uuid,
    accountUuid: app.owner.uuid,
    slug: "cut" as RepositorySlug,
    name: "cut",
    isPrivate: true,
    source: "https://git.example.com/cut.git",
    createdAt,
    deadlineAt: new Date(createdAt.getTime() + 30_000),
  });
  const path = `/acme/workspace/imports/${uuid}`;
  assert.match((await owner.get(path)).text, /Cut off[\s\S]*The server ended while it imported/);
  assert.match((await (await signIn(app, app.owner, "ja")).get(path)).text, /中断[\s\S]*再試行/);
});

for (const [why, url, message] of [
  ["no URL", "git@example.com:x.git", /Enter an <code>https:/],
  ["a script", "javascript:alert(1)", /Enter an <code>https:/],
  ["a folder", "file:///etc", /Enter an <code>https:/],
  ["a password in it", "https://ann:hidden-word@example.com/x.git", /Take user and password out/],
  ["a query", "https://example.com/x.git?a", /has no <code>\?/],
] as const) {
  test(`an address with ${why} is refused at its field, and nothing secret comes back`, async () => {
    const { status, text } = await owner.post(FORM, { url, project });
    assert.equal(status, 422);
    assert.match(text, message);
    assert.match(text, /aria-invalid="true"/);
    assert.doesNotMatch(text, /hidden-word/);
  });
}

test("who may not create repositories opens neither page, and nobody sees another's import", async () => {
  const writer = await signIn(app, member);
  assert.equal((await writer.get(FORM)).status, 403);
  const path = await begin({ url: `${origin}/old.git`, name: "another" });
  await app.ports.backgroundWork.idle();
  const admin = await createAccount(app.ports, app.by, { email: "admin@example.com", username: "admin" });
  await setMember(app.ports, app.by, app.workspace, admin, "member", "admin");
  const other = await signIn(app, admin);
  assert.equal((await other.get(FORM)).status, 200);
  assert.equal((await other.get(path)).status, 404);
});

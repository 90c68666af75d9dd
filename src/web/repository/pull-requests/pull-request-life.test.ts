// A pull request from its creation to its merge, by forms alone, as a browser without a script sends them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { openWebClient, signIn, type WebClient } from "../../../../tests/support/server/web-client.ts";
import type { Account } from "../../../model/account.ts";
import type { Permission } from "../../../model/permission.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { upsertRepositoryPermission } from "../../../storage/sql/permissions/permissions.ts";
import { upsertMember } from "../../../storage/sql/workspaces/members.ts";

const filled = await startFilledApp();
const { app, git, folder, rest, commit } = filled;
const PATH = "/acme/demo/pull-requests";

async function addMember(name: string, permission: Permission): Promise<Account> {
  const account = await createAccount(app.ports, app.by, {
    email: `${name}@example.com`,
    username: name,
    displayName: `${name} <b>`,
  });
  const { kysely } = app.ports.database;
  const member = { accountUuid: account.uuid, role: "member", repositoryPermission: "none" } as const;
  await upsertMember(kysely, app.workspace.uuid, member, app.ports.clock());
  if (permission !== "none")
    await upsertRepositoryPermission(kysely, app.repository.uuid, account.uuid, permission);
  return account;
}

const writer = await addMember("writer", "write");
const reader = await addMember("reader", "read");
const owner = await signIn(app, app.owner);
const asWriter = await signIn(app, writer);
const asReader = await signIn(app, reader);

const LINES = Array.from({ length: 30 }, (_, line) => `line ${line}`);
await commit({ "src/a.txt": `${LINES.join("\n")}\n`, "README.md": "# Demo\n" }, "Base");
await git.out(["push", "--quiet", "origin", "main"], { folder });

/** A branch that is one commit ahead of what `main` was at first. */
async function pushBranch(name: string, files: Readonly<Record<string, string>>, message = "Change") {
  await git.out(["checkout", "--quiet", "-B", name, "origin/main"], { folder });
  const tip = await commit(files, message);
  await git.out(["push", "--quiet", "origin", name], { folder });
  return tip;
}

async function restrict(pattern: string, kind: string, more: object = {}) {
  const answer = await rest("POST", "/branch-restrictions", { kind, pattern, ...more });
  assert.equal(answer.status, 201, answer.text);
}

async function page(client: WebClient, path: string, status = 200): Promise<string> {
  const answer = await client.get(path);
  assert.equal(answer.status, status, answer.text);
  return answer.text;
}

async function send(
  client: WebClient,
  path: string,
  fields: Parameters<WebClient["post"]>[1],
  from = path,
): Promise<{ readonly location: string; readonly text: string }> {
  const answer = await client.post(path, fields, { from });
  assert.equal(answer.status, 303, answer.text);
  const { text } = await client.follow(answer);
  return { location: String(answer.headers.location), text };
}

/** The number of the pull request that is created. */
async function open(client: WebClient, source: string, fields: Record<string, string> = {}): Promise<number> {
  const created = await send(
    client,
    `${PATH}/new`,
    { source, destination: "main", title: `From ${source}`, ...fields },
    `${PATH}/new?source=${encodeURIComponent(source)}`,
  );
  return Number(/pull-requests\/(\d+)$/.exec(created.location)?.[1]);
}

test("from creation to merge", async () => {
  const tip = await pushBranch(
    "feature/X-1-life",
    { "src/a.txt": `${LINES.join("\n").replace("line 20", "line twenty\nanother")}\n` },
    "One thing\n\nFor a reason.",
  );
  await rest("PUT", `/default-reviewers/${encodeURIComponent(`{${reader.uuid}}`)}`);
  const form = await page(asWriter, `${PATH}/new?source=feature%2FX-1-life`);
  assert.match(form, /value="One thing"/);
  assert.match(form, />\s*For a reason\.<\/textarea>/);
  assert.match(form, new RegExp(`value="${reader.uuid}" checked`));
  assert.match(form, /default reviewer of this repository/);
  assert.match(form, /src\/a\.txt/);
  const id = await open(asWriter, "feature/X-1-life", {
    title: "One thing",
    description: "For **a** reason.",
    reviewer: reader.uuid,
    close: "yes",
  });
  const own = `${PATH}/${id}`;

  await restrict("main", "require_tasks_to_be_completed");
  await restrict("main", "require_approvals_to_merge", { value: 1 });
  await restrict("main", "require_passing_builds_to_merge", { value: 1 });
  await restrict("main", "enforce_merge_checks");
  await rest("POST", `/commit/${tip}/statuses/build`, {
    key: "ci",
    name: "long tests",
    state: "INPROGRESS",
    url: "https://ci.example/{repository.full_name}",
  });
  let seen = await page(asWriter, own);
  assert.match(seen, /For <strong>a<\/strong> reason/);
  assert.match(seen, /Cannot be merged yet/);
  assert.match(seen, /0 approvals of 1/);
  assert.match(seen, /1 build runs/);
  assert.match(seen, /href="https:\/\/ci\.example\/acme\/demo"/);
  assert.doesNotMatch(seen, /Merge into/);

  // A reader comments on a line, with a task; the page behind the link offers the lines.
  const lines = await page(asReader, `${own}/comment?path=src%2Fa.txt&to=21`);
  assert.match(lines, /value="n21"[^>]* checked/);
  const commented = await send(
    asReader,
    `${own}/comment`,
    {
      path: "src/a.txt",
      line: "n21",
      text: "What is *twenty*?",
      task: "Say it in digits",
    },
    `${own}/comment?path=src%2Fa.txt&to=21`,
  );
  assert.match(commented.location, new RegExp(`^${own}#comment-\\d+$`));
  seen = await page(asWriter, own);
  assert.match(seen, /What is <em>twenty<\/em>\?/);
  assert.match(seen, /1 open task/);
  assert.match(seen, /href="#comment-\d+"><code><bdi>src\/a\.txt<\/bdi><\/code>, line 21/);
  const commentId = /id="comment-(\d+)"/.exec(seen)![1]!;
  const taskId = /id="task-(\d+)"/.exec(seen)![1]!;

  await send(asReader, `${own}/comment`, { text: "On the *whole*" }, `${own}/activity`);
  assert.match(await page(asWriter, own), /On the <em>whole<\/em>/);
  const replied = await send(asWriter, `${own}/comment`, { parent: commentId, text: "A number" }, own);
  assert.match(replied.text, /A number/);
  const done = await send(asWriter, `${own}/tasks/${taskId}`, { action: "done" }, own);
  assert.match(done.text, /Task, done/);
  const resolved = await send(asWriter, `${own}/comments/${commentId}`, { action: "resolve" }, own);
  assert.match(resolved.text, /Resolved: 2 comments/);
  const reopened = await send(asWriter, `${own}/comments/${commentId}`, { action: "reopen" }, own);
  assert.doesNotMatch(reopened.text, /Resolved: 2 comments/);

  const approved = await send(asReader, own, { review: "approve" });
  assert.match(approved.text, /You approved the pull request/);
  assert.match(approved.text, /Withdraw approval/);
  // Whoever may read sees what is missing, and no form.
  assert.doesNotMatch(approved.text, /name="strategy"/);
  await rest("POST", `/commit/${tip}/statuses/build`, {
    key: "ci",
    state: "SUCCESSFUL",
    url: "https://ci.example/",
  });

  seen = await page(asWriter, own);
  assert.match(seen, /Ready to merge/);
  assert.match(seen, /Merge into <bdi>main<\/bdi>/);
  assert.match(seen, /<option value="fast_forward">/);
  assert.match(seen, /name="close" value="yes" checked/);
  assert.match(seen, /Merged in feature\/X-1-life \(pull request #\d+\)/);
  const message = /<textarea id="message"[^>]*>\n?([^<]*)<\/textarea>/.exec(seen)![1]!;
  const merged = await send(
    asWriter,
    `${own}/merge`,
    { source: tip, strategy: "merge_commit", message, prepared: message, close: "yes" },
    own,
  );
  assert.match(merged.text, /is merged into main\. The branch feature\/X-1-life is deleted/);
  assert.match(merged.text, /writer &lt;b&gt;<\/bdi><\/b>|writer &lt;b&gt;/);
  const shown = await rest("GET", `/pullrequests/${id}`);
  assert.equal(shown.json.state, "MERGED");
  await git.out(["fetch", "--quiet", "origin"], { folder });
  const log = await git.out(["log", "-1", "--format=%B", "origin/main"], { folder });
  assert.match(
    log,
    /^Merged in feature\/X-1-life \(pull request #\d+\)\n\nOne thing\n\nApproved-by: reader <b>/,
  );
  // Once it is closed, nothing is offered that would be refused.
  const after = await page(asWriter, own);
  for (const word of [/Request changes/, /name="strategy"/, />Decline</, />Edit</])
    assert.doesNotMatch(after.replaceAll(/>Edit<span/g, ""), word);

  const activity = await page(asReader, `${own}/activity`);
  for (const word of [/created the pull request/, /approved it/, /merged it/, /What is <em>twenty/])
    assert.match(activity, word);
  assert.match(await page(asReader, `${own}/commits`), /One thing/);
});

test("the same page in Japanese", async () => {
  const japanese = await signIn(app, writer, "ja");
  await pushBranch("ja", { "ja.txt": "ja\n" });
  const id = await open(japanese, "ja");
  const seen = await page(japanese, `${PATH}/${id}`);
  assert.match(seen, /<html lang="ja"/);
  assert.match(seen, /まだマージできません/);
  assert.match(seen, /承認 0\u00a0件（必要数 1\u00a0件）/);
  assert.match(await page(japanese, `${PATH}/${id}/activity`), /がプルリクエストを作成/);
  assert.match(await page(japanese, PATH), /オープン/);
});

test("a merge that is refused is said beside the form, and so is a source that has moved", async () => {
  await pushBranch("moved/one", { "moved.txt": "1\n" });
  const { json } = await rest("POST", "/pullrequests", {
    title: "Moves",
    source: { branch: { name: "moved/one" } },
    destination: { branch: { name: "stable" } },
  });
  assert.equal(json.type, "error");
  await git.out(["push", "--quiet", "origin", "origin/main:refs/heads/stable"], { folder });
  const made = await rest("POST", "/pullrequests", {
    title: "Moves",
    source: { branch: { name: "moved/one" } },
    destination: { branch: { name: "stable" } },
  });
  const own = `${PATH}/${made.json.id}`;
  const stale = await owner.post(
    `${own}/merge`,
    { source: "0".repeat(40), strategy: "merge_commit" },
    { from: own },
  );
  assert.equal(stale.status, 422);
  assert.match(stale.text, /a branch has changed meanwhile/);
  const unknown = await owner.post(`${own}/merge`, { strategy: "magic" }, { from: own });
  assert.equal(unknown.status, 422);
  assert.match(unknown.text, /<title>Problem: /);
  assert.match(unknown.text, /Choose one of the strategies/);
  const long = await owner.post(`${own}/merge`, { message: "x".repeat(200_000) }, { from: own });
  assert.ok(long.status === 422 || long.status === 413, String(long.status));
});

test("conflicts are named, with commands that are safe to paste", async () => {
  const hostile = "x/$(touch$IFS)'z";
  await git.out(["checkout", "--quiet", "-B", "base", "origin/main"], { folder });
  await commit({ "README.md": "# Theirs\n" }, "Theirs");
  await git.out(["push", "--quiet", "origin", "base:refs/heads/into"], { folder });
  await git.out(["checkout", "--quiet", "-B", "own", "origin/main"], { folder });
  await commit({ "README.md": "# Ours\n" }, "Ours");
  await git.out(["push", "--quiet", "origin", `own:refs/heads/${hostile}`], { folder });
  const made = await rest("POST", "/pullrequests", {
    title: "Conflicts",
    source: { branch: { name: hostile } },
    destination: { branch: { name: "into" } },
  });
  assert.equal(made.status, 201, made.text);
  const seen = await page(owner, `${PATH}/${made.json.id}`);
  assert.match(seen, /Conflicts in 1 file/);
  assert.match(seen, /<code><bdi>README\.md<\/bdi><\/code>/);
  const commands = /<pre>(git fetch[^<]*)<\/pre>/.exec(seen)![1]!;
  const text = commands.replaceAll("&#39;", "'").replaceAll("&amp;", "&").replaceAll("&quot;", '"');
  assert.ok(text.includes(`git switch 'x/$(touch$IFS)'\\''z'`), text);
  assert.doesNotMatch(seen, /name="strategy"/);
  const refused = await owner.post(
    `${PATH}/${made.json.id}/merge`,
    { strategy: "merge_commit" },
    { from: `${PATH}/${made.json.id}` },
  );
  assert.equal(refused.status, 422);
  assert.match(refused.text, /there are conflicts/);
});

test("what strangers write is text", async () => {
  const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
  await pushBranch("evil/<b>&", { "<img src=x>.txt": "<script>alert(2)</script>\n" }, hostile);
  const id = await open(asWriter, "evil/<b>&", {
    title: hostile,
    description: `${hostile}\n\n[x](javascript:alert(1))`,
  });
  const own = `${PATH}/${id}`;
  await send(
    asReader,
    `${own}/comment`,
    { text: `${hostile} [y](javascript:alert(2))`, task: hostile },
    `${own}/activity`,
  );
  await send(
    asReader,
    `${own}/comment`,
    { path: "<img src=x>.txt", line: "n1", text: hostile, task: hostile },
    `${own}/activity`,
  );
  for (const path of [
    own,
    `${own}/activity`,
    `${own}/commits`,
    `${own}/edit`,
    `${own}/decline`,
    `${own}/comment?path=%3Cimg%20src%3Dx%3E.txt&to=1`,
    `${PATH}?q=${encodeURIComponent(hostile)}&state=all`,
    `${PATH}?q=${encodeURIComponent(`${hostile}none`)}`,
    `${PATH}/new?source=${encodeURIComponent(hostile)}`,
    PATH,
    "/-/pull-requests",
    "/acme/workspace/pull-requests",
  ]) {
    const seen = await page(asWriter, path);
    assert.doesNotMatch(seen, /<script>alert|<img src=x|href="javascript:/i, path);
  }
});

test("who may only read neither edits, declines nor merges; the author edits and declines", async () => {
  await pushBranch("by-writer", { "w.txt": "w\n" });
  const id = await open(asWriter, "by-writer");
  const own = `${PATH}/${id}`;
  for (const [path, fields] of [
    [`${own}/merge`, { strategy: "merge_commit" }],
    [`${own}/decline`, { reason: "no" }],
    [`${own}/edit`, { title: "Mine" }],
  ] as const) {
    const refused = await asReader.post(path, fields, { from: own });
    assert.equal(refused.status, 403, path);
  }
  assert.doesNotMatch(await page(asReader, own), />Decline<|>Edit<\/a>/);
  assert.equal((await asReader.get(`${own}/edit`)).status, 303);
  assert.match(await page(asReader, own), /You may read here; to merge takes write/);

  // The author of one who has no more than read by now.
  await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, writer.uuid, "read");
  const edited = await send(asWriter, `${own}/edit`, {
    title: "Another title",
    description: "d",
    destination: "main",
    draft: "yes",
  });
  assert.match(edited.text, /Another title/);
  assert.match(edited.text, /It is a draft/);
  const ready = await send(asWriter, `${own}/edit`, { action: "ready" });
  assert.doesNotMatch(ready.text, /It is a draft/);
  assert.equal((await asWriter.post(`${own}/merge`, {}, { from: own })).status, 403);
  const declined = await send(asWriter, `${own}/decline`, { reason: "Not <needed>" });
  assert.match(declined.text, /is declined/);
  assert.match(declined.text, /Not &lt;needed&gt;/);
  await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, writer.uuid, "write");
});

test("a form with problems comes back as it was, with what is wrong at its field", async () => {
  await pushBranch("wrong", { "wrong.txt": "w\n" });
  const from = `${PATH}/new?source=wrong`;
  const sent = { source: "wrong", destination: "main", title: " ", description: "Kept <b>" };
  const refused = await asWriter.post(`${PATH}/new`, sent, { from });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /<a href="#title">Enter a title\.<\/a>/);
  assert.match(refused.text, /Kept &lt;b&gt;<\/textarea>/);
  const nobody = await asWriter.post(
    `${PATH}/new`,
    { ...sent, title: "T", more_reviewers: "nobody-at-all" },
    { from },
  );
  assert.equal(nobody.status, 422);
  assert.match(nobody.text, /There is no account nobody-at-all/);
  for (const [query, problem] of [
    ["source=none", /There is no branch none in acme\/demo/],
    ["source=main", /main has everything that main has/],
    ["source=acme%2Fother:x", /no fork of this repository/],
    ["source=wrong&destination=none", /There is no branch none here/],
  ] as const)
    assert.match(await page(asWriter, `${PATH}/new?${query}`), problem);

  const id = await open(asWriter, "wrong");
  assert.match(
    await page(asWriter, from),
    new RegExp(`Pull request <a href="${PATH}/${id}">#${id}</a> asks for this already`),
  );
  const own = `${PATH}/${id}`;
  const empty = await asReader.post(`${own}/comment`, { text: " " }, { from: `${own}/activity` });
  assert.equal(empty.status, 422);
  assert.match(empty.text, /Enter a comment/);
  const noLine = await asReader.post(
    `${own}/comment`,
    { path: "wrong.txt", line: "x", text: "t" },
    { from: `${own}/activity` },
  );
  assert.match(noLine.text, /Choose a line/);
  const long = await asReader.post(
    `${own}/comment`,
    { text: "x".repeat(32_769) },
    { from: `${own}/activity` },
  );
  assert.match(long.text, /At most 32,768 characters; these are 32,769/);
  const edit = await asWriter.post(
    `${own}/edit`,
    { title: "T", destination: "none" },
    { from: `${own}/edit` },
  );
  assert.equal(edit.status, 422);
  assert.match(edit.text, /href="#destination"/);
});

test("a comment is edited and deleted by its author alone, a task by who may write", async () => {
  await pushBranch("talk", { "talk.txt": "t\n" });
  const id = await open(asWriter, "talk");
  const own = `${PATH}/${id}`;
  const said = await send(asReader, `${own}/comment`, { text: "First", task: "Do it" }, `${own}/activity`);
  const comment = /#comment-(\d+)/.exec(said.location)![1]!;
  const task = /id="task-(\d+)"/.exec(said.text)![1]!;
  const edited = await send(asReader, `${own}/comments/${comment}`, { action: "edit", text: "Second" });
  assert.match(edited.text, /Second/);
  assert.match(edited.text, /edited/);
  const foreign = await asWriter.post(
    `${own}/comments/${comment}`,
    { action: "edit", text: "Mine" },
    { from: own },
  );
  assert.equal(foreign.status, 403);
  assert.match(await page(asReader, `${own}/comments/${comment}?delete=1`), /Delete this comment\?/);
  const renamed = await send(asWriter, `${own}/tasks/${task}`, { action: "edit", text: "Do it now" });
  assert.match(renamed.text, /Do it now/);
  assert.match(await page(asWriter, `${own}/tasks/${task}?delete=1`), /Delete this task\?/);
  const gone = await send(asWriter, `${own}/tasks/${task}`, { action: "delete" }, own);
  assert.doesNotMatch(gone.text, /Do it now/);
  const deleted = await send(asReader, `${own}/comments/${comment}`, { action: "delete" }, own);
  assert.match(deleted.text, /This comment was deleted/);
  for (const [path, fields, status] of [
    [`${own}/comments/${comment}`, { action: "dance" }, 400],
    [`${own}/comments/999999`, { action: "delete" }, 404],
    [`${own}/tasks/${task}`, { action: "done" }, 404],
    [own, { review: "perhaps" }, 400],
  ] as const)
    assert.equal((await asReader.post(path, fields, { from: own })).status, status, path);
});

test("from a fork, by somebody who may only read where it goes", async () => {
  const forker = await addMember("forker", "read");
  const asForker = await signIn(app, forker);
  assert.match(await page(asForker, `${PATH}/new`), /You may write to no branch here/);
  const forked = await rest("POST", "/forks", { name: "fork", workspace: { slug: "acme" } });
  assert.equal(forked.status, 201, forked.text);
  const uuid = forked.json.uuid.slice(1, -1);
  await upsertRepositoryPermission(app.ports.database.kysely, uuid, forker.uuid, "write");
  await git.out(["checkout", "--quiet", "-B", "forked", "origin/main"], { folder });
  await commit({ "forked.txt": "forked\n" }, "Forked");
  await git.out(["push", "--quiet", filled.url.replace("/demo.git", "/fork.git"), "forked"], { folder });
  assert.match(
    await page(asForker, "/acme/fork/pull-requests/new?source=forked"),
    /href="\/acme\/demo\/pull-requests\/new\?source=acme%2Ffork%3Aforked"/,
  );
  const form = await page(asForker, `${PATH}/new?source=acme%2Ffork%3Aforked`);
  assert.match(form, /<optgroup label="In acme\/fork">|value="acme\/fork:forked" selected/);
  assert.match(form, /forked\.txt/);
  const id = await open(asForker, "acme/fork:forked");
  const seen = await page(asForker, `${PATH}/${id}`);
  assert.match(seen, /acme\/fork:forked/);
  assert.match(seen, /forked\.txt/);
  // A branch of the destination is not theirs to ask for.
  const foreign = await asForker.post(
    `${PATH}/new`,
    { source: "wrong", destination: "main", title: "T" },
    { from: `${PATH}/${id}` },
  );
  assert.equal(foreign.status, 422);
});

test("links of comments that REST gives lead to the page, and strangers read what is public", async () => {
  await rest("PUT", "", { is_private: false });
  const nobody = openWebClient(app);
  await pushBranch("public", { "src/a.txt": `${LINES.join("\n").replace("line 3", "line three")}\n` });
  const id = await open(asWriter, "public");
  const own = `${PATH}/${id}`;
  await send(
    asReader,
    `${own}/comment`,
    { path: "src/a.txt", line: "n4", text: "Three?" },
    `${own}/activity`,
  );
  const { json } = await rest("GET", `/pullrequests/${id}/comments`);
  const link = new URL(json.values[0].links.html.href);
  const answer = await nobody.get(link.pathname);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, own);
  // The source moves on, and who looks first has the comment follow its line.
  await commit(
    { "src/a.txt": `first\n${LINES.join("\n").replace("line 3", "line three")}\n` },
    "Moves the line",
  );
  await git.out(["push", "--quiet", "origin", "public"], { folder });
  const seen = await page(nobody, own);
  assert.match(seen, /id="comment-\d+"/);
  assert.match(seen, /Three\?/);
  assert.match(seen, /Who wants to merge has to sign in/);
  assert.doesNotMatch(seen, /name="review"|>Reply</);
  assert.match(await page(nobody, `${own}/activity`), /Three\?/);
  assert.match(await page(nobody, PATH), /From public/);
  assert.equal((await nobody.get(`${PATH}/new`)).status, 303);
  await rest("PUT", "", { is_private: true });
});

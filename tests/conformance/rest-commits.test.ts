import assert from "node:assert/strict";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import {
  assertKeys,
  type Json,
  objectAt,
  openDemoRestClient,
  openRestClient,
  type RestAnswer,
  valueAt,
  valuesOf,
} from "../support/clients/rest-client.ts";
import { createToken } from "../support/examples/accounts.ts";
import {
  commitFiles,
  createFilledRepository,
  createHostedRepository,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const rest = openDemoRestClient(pail);

/**
 * main: m1 - m2 - m3, feature/one: m1 - f1 - f2, tag only: m1 - t1 (`tagged`).
 * Each commit touches a file of its own, and m2 a file in a folder.
 */
const { repository, folder, ids } = await createFilledRepository(git, pail, { commits: 1 });
const [m1 = ""] = ids;
const m2 = await commitFiles(git, folder, { "src/deep/m2.txt": "m2\n" }, "m2\n\nWith a *body*.\n");
const m3 = await commitFiles(git, folder, { "m3.txt": "m3\n" }, "m3");
await git.out(["switch", "--quiet", "--create", "feature/one", m1], { folder });
const f1 = await commitFiles(git, folder, { "src/f1.txt": "f1\n" }, "f1");
const f2 = await commitFiles(git, folder, { "f2.txt": "f2\n" }, "f2");
await git.out(["switch", "--quiet", "--detach", m1], { folder });
const t1 = await commitFiles(git, folder, { "t1.txt": "t1\n" }, "t1");
await git.out(["tag", "-a", "-m", "tagged", "tagged"], { folder });
await git.out(["push", "--quiet", "origin", "main", "feature/one", "tagged"], { folder });
const base = `/repositories/${repository.fullName}`;

const LIST_KEYS = [
  "type",
  "hash",
  "date",
  "author",
  "message",
  "summary",
  "links",
  "parents",
  "rendered",
  "repository",
];
const LINKS = ["self", "html", "diff", "approve", "comments", "statuses", "patch"];

function hashes(answer: RestAnswer): readonly unknown[] {
  assert.equal(answer.status, 200, answer.text);
  return valuesOf(answer.json()).map(({ hash }) => hash);
}

function assertUnknown(answer: RestAnswer, revision: string): void {
  assert.equal(answer.status, 404, answer.text);
  const data = { shas: [revision] };
  assert.deepEqual(answer.json(), { type: "error", error: { message: "Commit not found", data }, data });
}

test("a page of commits is 30 long and has neither size nor page", async () => {
  const page = (await rest(`${base}/commits`)).json();
  assert.deepEqual(Object.keys(page).sort(), ["pagelen", "values"]);
  assert.equal(page.pagelen, 30);
});

test("a commit in a list has the recorded keys, and no committer", async () => {
  const commit = valuesOf((await rest(`${base}/commits/main`)).json()).find(({ hash }) => hash === m2);
  assert.ok(commit);
  assertKeys(commit, LIST_KEYS);
  assert.ok(!("committer" in commit));
  assertKeys(objectAt(commit, "links"), LINKS);
  assertKeys(objectAt(commit, "repository"), ["type", "full_name", "name", "uuid", "links"]);
  assert.equal(commit.type, "commit");
  assert.equal(commit.message, "m2\n\nWith a *body*.\n");
  assert.match(String(commit.date), /^2026-01-\d\dT\d\d:\d\d:00\+00:00$/);
  assert.equal(valueAt(commit, "author.raw"), "Ann Author <ann@example.test>");
  assert.equal(valueAt(commit, "author.user"), undefined, "no account has that address");
  assert.equal(valueAt(commit, "summary.type"), "rendered");
  assert.equal(valueAt(commit, "summary.raw"), "m2\n\nWith a *body*.\n");
  assert.match(String(valueAt(commit, "summary.html")), /^<p>m2<\/p>/);
  assertKeys(objectAt(commit, "rendered.message"), ["type", "raw", "markup", "html"]);
  const parents = commit.parents as readonly Json[];
  assert.deepEqual(
    parents.map(({ type, hash }) => [type, hash]),
    [["commit", m1]],
  );
  const api = `${credentials.api_url}${base}`;
  assert.equal(valueAt(commit, "links.self.href"), `${api}/commit/${m2}`);
  assert.equal(valueAt(commit, "links.diff.href"), `${api}/diff/${m2}`);
  assert.equal(valueAt(commit, "links.statuses.href"), `${api}/commit/${m2}/statuses`);
});

for (const [path, expected] of [
  ["/commits", [m1, m2, m3, f1, f2, t1]],
  ["/commits/", [m1, m2, m3, f1, f2, t1]],
  ["/commits?exclude=main", [f1, f2, t1]],
  ["/commits?include=main", [m1, m2, m3]],
  ["/commits?include=main&exclude=feature/one", [m2, m3]],
  ["/commits?include=main&include=tagged&exclude=feature%2Fone", [m2, m3, t1]],
  ["/commits/main", [m1, m2, m3]],
  ["/commits/main/", [m1, m2, m3]],
  ["/commits/feature%2Fone", [m1, f1, f2]],
  ["/commits/feature/one", [m1, f1, f2]],
  ["/commits/tagged", [m1, t1]],
  ["/commits/main?include=tagged&exclude=feature/one", [m2, m3, t1]],
  [`/commits/${m2}`, [m1, m2]],
  [`/commits/${m2.slice(0, 12)}`, [m1, m2]],
  [`/commits?include=${f2}&exclude=${m1}`, [f1, f2]],
  ["/commits?path=src", [m2, f1]],
  ["/commits?path=src/deep/m2.txt", [m2]],
  ["/commits/main?path=src", [m2]],
  ["/commits/main?path=nowhere", []],
] as const) {
  test(`GET ${path.replace(/[0-9a-f]{12,40}/g, "<id>")} lists ${expected.length} commits`, async () => {
    const found = hashes(await rest(base + path));
    assert.equal(found.length, expected.length);
    assert.deepEqual(new Set(found), new Set(expected));
  });

  if (!/include|exclude/.test(path)) continue;
  test(`POST of ${path.replace(/[0-9a-f]{12,40}/g, "<id>")} as a form lists the same`, async () => {
    const [target = "", form = ""] = path.split("?");
    const found = hashes(await rest(base + target, { method: "POST", form }));
    assert.deepEqual(new Set(found), new Set(expected));
  });
}

test("the list is topological, newest first", async () => {
  assert.deepEqual(hashes(await rest(`${base}/commits/main`)), [m3, m2, m1]);
  assert.deepEqual(hashes(await rest(`${base}/commits/feature%2Fone`)), [f2, f1, m1]);
});

test("POST needs read:repository only, and not being able to read is 403", async () => {
  const reader = openRestClient(pail, basic(credentials.email, credentials.token_read));
  assert.equal((await reader(`${base}/commits`, { method: "POST" })).status, 200);
  const writeOnly = await createToken(pail, credentials.email, ["write:repository:bitbucket"]);
  const writer = openRestClient(pail, basic(credentials.email, writeOnly.text));
  for (const method of ["GET", "POST"]) {
    const answer = await writer(`${base}/commits`, { method });
    assert.equal(answer.status, 403);
    assert.deepEqual(valueAt(answer.json(), "error.detail.required"), ["read:repository:bitbucket"]);
    assert.equal(answer.headers["x-accepted-oauth-scopes"], "repository");
  }
});

test("POST without a body lists everything, with a JSON content type too", async () => {
  for (const headers of [{}, { "Content-Type": "application/json" }]) {
    const question = { method: "POST", headers: { ...headers, "Content-Length": "0" } };
    assert.equal(hashes(await rest(`${base}/commits`, question)).length, 6);
  }
});

async function follow(first: RestAnswer): Promise<readonly unknown[]> {
  const seen: unknown[] = [...hashes(first)];
  let { next } = first.json();
  while (typeof next === "string") {
    const answer = await rest(next);
    seen.push(...hashes(answer));
    next = answer.json().next;
  }
  return seen;
}

test("pages cover every commit once, also after a POST, and keep pagelen and fields", async () => {
  const all = hashes(await rest(`${base}/commits`));
  assert.deepEqual(await follow(await rest(`${base}/commits?pagelen=2`)), all);
  const form = "include=main&include=feature/one&exclude=tagged";
  const posted = await rest(`${base}/commits?pagelen=1&fields=next,values.hash`, { method: "POST", form });
  const page = posted.json();
  assert.deepEqual(Object.keys(page).sort(), ["next", "values"]);
  assert.deepEqual(Object.keys(valuesOf(page)[0] ?? {}), ["hash"]);
  assert.deepEqual(new Set(await follow(posted)), new Set([m2, m3, f1, f2]));
  const second = (await rest(String(page.next))).json();
  assert.deepEqual(Object.keys(valuesOf(second)[0] ?? {}), ["hash"], "the second page has the same fields");
});

test("a push between two pages neither repeats nor skips a commit", async () => {
  const moving = await createFilledRepository(git, pail, { commits: 6 });
  const path = `/repositories/${moving.repository.fullName}/commits?pagelen=2`;
  const first = await rest(path);
  await commitFiles(git, moving.folder, { "later.txt": "later\n" }, "Later");
  await git.out(["push", "--quiet", "origin", "main"], { folder: moving.folder });
  assert.deepEqual(await follow(first), [...moving.ids].reverse());
  await git.out(["reset", "--quiet", "--hard", moving.ids[0] ?? ""], { folder: moving.folder });
  const before = await rest(path);
  await git.out(["push", "--quiet", "--force", "origin", "main"], { folder: moving.folder });
  assert.equal((await follow(before)).length, 7, "a forced push does not tear the pages either");
});

test("a cursor is of no use in another repository, and a made-up one is refused", async () => {
  const next = String((await rest(`${base}/commits?pagelen=2`)).json().next);
  const other = await createHostedRepository(pail);
  const moved = await rest(next.replace(repository.fullName, other.fullName));
  assert.ok(moved.status >= 400 && moved.status < 500, moved.text);
  const url = new URL(next);
  for (const name of ["ctx", "page"].filter((key) => url.searchParams.has(key))) {
    const spoiled = new URL(next);
    spoiled.searchParams.set(name, "made-up");
    const answer = await rest(spoiled.href);
    assert.ok(answer.status === 400 || answer.status === 404, `${name}: ${answer.status} ${answer.text}`);
    assert.equal(answer.json().type, "error");
  }
});

test("committer comes when it is asked for", async () => {
  const page = (await rest(`${base}/commits/main?fields=%2Bvalues.committer`)).json();
  for (const commit of valuesOf(page)) {
    assert.equal(valueAt(commit, "committer.raw"), "Cora Committer <cora@example.test>");
    assertKeys(commit, LIST_KEYS);
  }
});

test("an author with an account's address is that account, without its user name", async () => {
  const own = await createFilledRepository(git, pail, { commits: 1 });
  const environment = { GIT_AUTHOR_EMAIL: credentials.email.toUpperCase() };
  await git.out(["commit", "--quiet", "--allow-empty", "-m", "Mine"], { folder: own.folder, environment });
  await git.out(["push", "--quiet", "origin", "main"], { folder: own.folder });
  const page = (await rest(`/repositories/${own.repository.fullName}/commits`)).json();
  const user = objectAt(valuesOf(page)[0] ?? {}, "author.user");
  assertKeys(user, ["type", "uuid", "account_id", "display_name", "nickname", "links"]);
  assert.equal(user.uuid, credentials.account_uuid);
  assert.ok(!("username" in user));
});

for (const [path, revision] of [
  ["/commits/nowhere", "nowhere"],
  ["/commits?include=nowhere", "nowhere"],
  [`/commits?include=main&exclude=${"ab".repeat(20)}`, "ab".repeat(20)],
  [`/commits/${"12".repeat(20)}`, "12".repeat(20)],
  [`/commit/${"12".repeat(20)}`, "12".repeat(20)],
  ["/commits/--all", "--all"],
  ["/commits/main..feature", "main..feature"],
  ["/commits/main%5E%7Btree%7D", "main^{tree}"],
  ["/commits/HEAD%3Asrc", "HEAD:src"],
] as const) {
  test(`GET ${path} is 404 with the revision it does not know`, async () => {
    assertUnknown(await rest(base + path), revision);
  });
}

test("an unknown revision in a POST body is 404 as well", async () => {
  assertUnknown(await rest(`${base}/commits`, { method: "POST", form: "include=main&exclude=gone" }), "gone");
});

test("an empty repository has an empty list, and no revision", async () => {
  const empty = await createHostedRepository(pail);
  const page = (await rest(`/repositories/${empty.fullName}/commits`)).json();
  assert.deepEqual(page, { pagelen: 30, values: [] });
  assertUnknown(await rest(`/repositories/${empty.fullName}/commits/main`), "main");
});

test("GET /commit/{commit} shows one commit, by full or short id, with participants", async () => {
  for (const revision of [m2, m2.slice(0, 8), `${m2}/`]) {
    const answer = await rest(`${base}/commit/${revision}`);
    assert.equal(answer.status, 200, answer.text);
    const commit = answer.json();
    assertKeys(commit, [...LIST_KEYS, "participants"]);
    assert.deepEqual([commit.hash, commit.participants], [m2, []]);
    assert.ok(!("committer" in commit));
  }
  const added = (await rest(`${base}/commit/${m2}?fields=%2Bcommitter`)).json();
  assert.equal(valueAt(added, "committer.type"), "committer");
});

test("commits of what cannot be seen are hidden like the repository", async () => {
  const anonymous = openRestClient(pail, undefined);
  for (const path of ["/commits", "/commits/main", `/commit/${m1}`]) {
    const hidden = await anonymous(base + path);
    const absent = await anonymous(`/repositories/${credentials.workspace}/absent${path}`);
    assert.deepEqual([hidden.status, hidden.text], [404, absent.text], path);
  }
});

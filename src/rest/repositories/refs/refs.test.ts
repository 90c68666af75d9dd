import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
const SPECIAL = 'special-"$;><&#_=@!|.,/test';

const first = await commit({ "a.txt": "a\n" }, "First");
await git.out(["branch", "branch-10"], { folder });
await git.out(["branch", "branch-9"], { folder });
await git.out(["branch", "feature/one"], { folder });
await git.out(["tag", "light"], { folder });
await git.out(["tag", "-a", "-m", "Test special chars", SPECIAL], {
  folder,
  environment: { GIT_COMMITTER_DATE: "1767225600 +0100" },
});
const blob = await git.out(["rev-parse", "HEAD:a.txt"], { folder });
await git.out(["tag", "blob", blob], { folder });
const second = await commit({ "b.txt": "b\n" }, "Second");
await git.out(["push", "--quiet", "origin", "--all"], { folder });
await git.out(["push", "--quiet", "origin", "--tags"], { folder });

const names = (answer: { json: { values: { name: string }[] } }) =>
  answer.json.values.map(({ name }) => name);

test("lists of branches, tags and both, in the order of git and in the orders asked for", async () => {
  for (const [path, expected] of [
    ["/refs/branches", ["branch-10", "branch-9", "feature/one", "main"]],
    ["/refs/branches/", ["branch-10", "branch-9", "feature/one", "main"]],
    ["/refs/branches?sort=name", ["branch-9", "branch-10", "feature/one", "main"]],
    ["/refs/branches?sort=-name", ["main", "feature/one", "branch-10", "branch-9"]],
    ["/refs/branches?sort=-target.date&pagelen=1", ["main"]],
    ["/refs/branches?q=name%20~%20%22BRANCH%22", ["branch-10", "branch-9"]],
    [`/refs/branches?q=target.hash="${second}"`, ["main"]],
    ["/refs/branches?pagelen=2&page=2", ["feature/one", "main"]],
    ["/refs/branches?page=7", []],
    ["/refs/tags", ["blob", "light", SPECIAL]],
    ["/refs/tags?sort=-target.date&pagelen=1", [SPECIAL]],
    ["/refs?sort=name&pagelen=3", ["blob", "branch-9", "branch-10"]],
    ["/refs", ["branch-10", "branch-9", "feature/one", "main", "blob", "light", SPECIAL]],
    ['/refs?q=type="tag" AND name != "blob"', ["light", SPECIAL]],
  ] as const) {
    const answer = await rest("GET", path);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    assert.deepEqual(names(answer), expected, path);
  }
  const page = (await rest("GET", "/refs/branches?pagelen=3")).json;
  assert.equal(page.size, 4);
  assert.match(page.next, /refs\/branches\?pagelen=3&page=2$/);
});

test("a list that cannot be read is refused with the field", async () => {
  for (const [query, field] of [
    ["q=target.date > 2020-01-01", "target.date"],
    ["q=nothing=1", "nothing"],
    ["q=name", "q"],
    ["sort=target.author", "sort"],
    ["pagelen=101", "pagelen"],
  ] as const) {
    const answer = await rest("GET", `/refs/branches?${query}`);
    assert.equal(answer.status, 400, answer.text);
    assert.ok(field in answer.json.error.fields, answer.text);
  }
});

test("a branch has the recorded keys, and its target neither summary nor rendered", async () => {
  const { json } = await rest("GET", "/refs/branches/main");
  const keys = [
    "default_merge_strategy",
    "links",
    "merge_strategies",
    "name",
    "sync_strategies",
    "target",
    "type",
  ];
  assert.deepEqual(Object.keys(json).sort(), keys);
  const target = ["author", "date", "hash", "links", "message", "parents", "repository", "type"];
  assert.deepEqual(Object.keys(json.target).sort(), target);
  assert.equal(json.target.hash, second);
  assert.equal(json.merge_strategies.length, 6);
  assert.equal(json.links.html.href, `${app.url}/acme/demo/branch/main`);
  assert.equal(json.links.commits.href, `${app.url}/2.0/repositories/acme/demo/commits/main`);
});

test("a branch with a slash is found raw and encoded, and what is none is not", async () => {
  for (const path of ["feature/one", "feature%2Fone", "feature%2fone"]) {
    const answer = await rest("GET", `/refs/branches/${path}`);
    assert.equal(answer.json.name, "feature/one", path);
    assert.equal(answer.json.links.self.href.endsWith("/refs/branches/feature/one"), true);
  }
  for (const path of ["nothing", "feature", "light", "refs/heads/main", "a..b", "%00", "x".repeat(2000)]) {
    const answer = await rest("GET", `/refs/branches/${path}`);
    assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
});

test("tags: annotated as recorded, lightweight with nulls, of a blob without a target", async () => {
  const { json } = await rest("GET", `/refs/tags/${encodeURIComponent(SPECIAL)}`);
  const end = "special-%22$;%3E%3C&%23_=@!%7C.,/test";
  const base = `${app.url}/2.0/repositories/acme/demo`;
  assert.deepEqual(json.links, {
    self: { href: `${base}/refs/tags/${end}` },
    commits: { href: `${base}/commits/${end}` },
    html: { href: `${app.url}/acme/demo/commits/tag/${end}` },
  });
  assert.equal(json.message, "Test special chars\n");
  assert.equal(json.date, "2026-01-01T00:00:00+00:00");
  assert.deepEqual(json.tagger, { type: "author", raw: "Cora Committer <cora@example.test>" });
  assert.equal(json.target.hash, first);
  assert.equal((await fetchSelf(json.links.self.href)).json.name, SPECIAL);
  const light = (await rest("GET", "/refs/tags/light")).json;
  assert.deepEqual([light.message, light.date, light.tagger], [null, null, null]);
  assert.equal(light.target.hash, first);
  assert.equal((await rest("GET", "/refs/tags/blob")).json.target, null);
});

function fetchSelf(href: string) {
  return rest("GET", href.slice(`${app.url}/2.0/repositories/acme/demo`.length));
}

test("a branch is made from an id, a short id or a branch's name, once, and can be fetched", async () => {
  for (const [name, hash, expected] of [
    ["made/full", first, first],
    ["made/short", second.slice(0, 8), second],
    ["made/named", "feature/one", first],
  ] as const) {
    const made = await rest("POST", "/refs/branches", { name, target: { hash } });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json.target.hash, expected);
    assert.deepEqual((await rest("GET", `/refs/branches/${name}`)).json, made.json);
    const again = await rest("POST", "/refs/branches", { name, target: { hash } });
    assert.equal(again.status, 400);
    assert.deepEqual(again.json.error.data, { key: "BRANCH_ALREADY_EXISTS" });
    assert.match(again.json.error.message, /already exists/);
  }
  assert.match(await git.out(["ls-remote", "origin", "made/full"], { folder }), new RegExp(first));
});

test("a branch that cannot be made is refused, and nothing is made", async () => {
  const before = names(await rest("GET", "/refs/branches?pagelen=100"));
  for (const [body, status] of [
    [{}, 400],
    [{ name: "x" }, 400],
    [{ target: { hash: first } }, 400],
    [{ name: "x", target: first }, 400],
    [{ name: 7, target: { hash: first } }, 400],
    [{ name: "x", target: { hash: "nothing" } }, 404],
    [{ name: "x", target: { hash: "f".repeat(40) } }, 404],
    [{ name: "x", target: { hash: blob } }, 404],
    [{ name: "HEAD", target: { hash: first } }, 400],
    [{ name: "a..b", target: { hash: first } }, 400],
    [{ name: "-x", target: { hash: first } }, 400],
    [{ name: "x\ud800", target: { hash: first } }, 400],
    [{ name: "x\0", target: { hash: first } }, 400],
    [{ name: "feature", target: { hash: first } }, 409],
    [{ name: "main/below", target: { hash: first } }, 409],
    [[], 400],
  ] as const) {
    const answer = await rest("POST", "/refs/branches", body);
    assert.equal(answer.status, status, `${JSON.stringify(body)}: ${answer.text}`);
  }
  assert.deepEqual(names(await rest("GET", "/refs/branches?pagelen=100")), before);
});

test("a tag is always annotated, in the caller's name, and real git takes it", async () => {
  const plain = await rest("POST", "/refs/tags", { name: "v1", target: { hash: first.slice(0, 10) } });
  assert.equal(plain.status, 201, plain.text);
  assert.equal(plain.json.message, `Added tag v1 for changeset ${first.slice(0, 12)}`);
  assert.equal(plain.json.tagger.raw, "Olive Owner <owner@example.com>");
  assert.equal(plain.json.tagger.user.nickname, app.owner.nickname);
  assert.equal(plain.json.target.hash, first);
  const long = "line\n\n".repeat(5000);
  const told = await rest("POST", "/refs/tags", { name: "v/2", target: { hash: "main" }, message: long });
  assert.equal(told.json.message, long);
  await git.out(["fetch", "--quiet", "--tags", "origin"], { folder });
  assert.equal(await git.out(["cat-file", "-t", "v1"], { folder }), "tag");
  assert.equal(await git.out(["rev-parse", "v/2^{commit}"], { folder }), second);
  assert.equal((await git.run(["fsck", "--strict"], { folder })).status, 0);
  for (const [body, status] of [
    [{ name: "v1", target: { hash: first } }, 400],
    [{ name: "v3", target: { hash: "nothing" } }, 400],
    [{ name: "v3" }, 400],
    [{ name: "v 3", target: { hash: first } }, 400],
    [{ name: "v1/x", target: { hash: first } }, 409],
  ] as const) {
    const answer = await rest("POST", "/refs/tags", body);
    assert.equal(answer.status, status, `${JSON.stringify(body)}: ${answer.text}`);
  }
});

test("deleting: 204 without a body, 404 for what is gone, 400 for the main branch", async () => {
  await rest("POST", "/refs/branches", { name: "gone/soon", target: { hash: first } });
  await rest("POST", "/refs/tags", { name: "gone/soon", target: { hash: first } });
  for (const path of ["/refs/branches/gone%2Fsoon", "/refs/tags/gone/soon"]) {
    const deleted = await rest("DELETE", path);
    assert.deepEqual([deleted.status, deleted.text], [204, ""]);
    assert.match(deleted.headers.get("content-type") ?? "", /^text\/html/);
    assert.equal((await rest("DELETE", path)).status, 404);
  }
  assert.equal((await rest("DELETE", "/refs/branches/main")).status, 400);
  assert.equal((await rest("GET", "/refs/branches/main")).status, 200);
});

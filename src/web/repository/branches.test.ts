import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";
import { openWebClient, signIn } from "../../../tests/support/server/web-client.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";
import { upsertRepositoryPermission } from "../../storage/sql/permissions/permissions.ts";

const filled = await startFilledApp();
const { app, git, folder, rest } = filled;
const owner = await signIn(app, app.owner);
const HOSTILE = "feature/<script>alert(1)</script>\u202e";

before(async () => {
  await filled.commit({ "a.txt": "1\n" }, "First");
  await filled.commit({ "a.txt": "2\n" }, "Second");
  await git.out(["checkout", "--quiet", "-b", HOSTILE, "HEAD~1"], { folder });
  await filled.commit({ "b.txt": "1\n" }, "On a feature");
  await filled.commit({ "b.txt": "2\n" }, "More on a feature");
  await git.out(["checkout", "--quiet", "main"], { folder });
  for (let number = 0; number < 30; number += 1)
    await git.out(["branch", `old/${String(number).padStart(2, "0")}`, "main~1"], { folder });
  await git.out(["tag", "-a", "-m", "Release <b>one</b>", "v1.0"], { folder });
  await git.out(["tag", "v1.10", "main~1"], { folder });
  await git.out(["tag", "v1.9"], { folder });
  await git.out(["push", "--quiet", filled.url, "--all"], { folder });
  await git.out(["push", "--quiet", filled.url, "--tags"], { folder });
});

async function show(path: string, browser = owner): Promise<string> {
  const answer = await browser.get(`/acme/demo/${path}`);
  assert.equal(answer.status, 200, answer.text.slice(0, 500));
  return answer.text;
}

async function reader() {
  const account = await createAccount(app.ports, app.by, { email: "reader@example.com", username: "reader" });
  await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, account.uuid, "read");
  return signIn(app, account);
}

const hostilePath = `branch/${encodeURIComponent(HOSTILE)}`;

test("lists branches, the main branch first, then the last commit first, compared with it", async () => {
  const text = await show("branches");
  assert.match(text, /32 branches/);
  const names = [...text.matchAll(/<a class="m" href="\/acme\/demo\/branch\/([^"]+)"><bdi>/g)].map(
    ([, name]) => name,
  );
  assert.deepEqual(names.slice(0, 2), ["main", encodeURIComponent(HOSTILE)]);
  assert.match(text, />2 ahead, 1 behind<\/a>/);
  assert.match(text, />0 ahead, 1 behind<\/a>/);
  assert.match(text, /feature\/&lt;script&gt;alert\(1\)&lt;\/script&gt;<span class="tag">U\+202E<\/span>/);
  assert.doesNotMatch(text, /<script>alert|\u202e/);
  assert.match(text, /1–25 of 32/);
  assert.match(await show("branches?page=2"), /26–32 of 32/);
});

test("finds branches by a part of their name, and says if there are none", async () => {
  const text = await show("branches?q=OLD%2F0&order=name");
  assert.match(text, /10 branches/);
  assert.match(text, /<option value="name" selected>/);
  assert.match(await show("branches?q=%3Cnone"), /Nothing matches “<bdi>&lt;none<\/bdi>”/);
});

test("shows restrictions and open pull requests", async () => {
  await rest("POST", "/branch-restrictions", {
    kind: "force",
    branch_match_kind: "glob",
    pattern: "feature/*",
  });
  const made = await rest("POST", "/pullrequests", {
    title: "Take <it>",
    source: { branch: { name: HOSTILE } },
    destination: { branch: { name: "main" } },
  });
  assert.equal(made.status, 201, made.text);
  const text = await show("branches?q=feature");
  assert.match(text, /Restricted/);
  assert.match(text, /<a href="\/acme\/demo\/pull-requests\/1" title="Take &lt;it&gt;">#1<\/a>/);
  const one = await show(hostilePath);
  assert.match(one, /2 ahead of and 1 behind <bdi class="m">main<\/bdi>/);
  assert.match(one, /Its history cannot be rewritten/);
  assert.match(one, /#1 <bdi>Take &lt;it&gt;<\/bdi><\/a> into <bdi class="m">main/);
});

test("asks before a branch is deleted, and says what is lost from sight", async () => {
  const asks = await show(`${hostilePath}?delete=yes`);
  assert.match(asks, /2 of its commits are on no other branch/);
  assert.match(asks, /1 open pull request comes from it/);
  assert.match(await show("branch/old%2F00?delete=yes"), /All of its commits are on other branches/);
});

test("deletes a branch that is as it was when it was asked", async () => {
  const path = "/acme/demo/branch/old%2F00";
  const tip = await git.out(["rev-parse", "main~1"], { folder });
  const stale = await owner.post(path, { tip: "1".repeat(40) }, { from: `${path}?delete=yes` });
  assert.equal(stale.status, 422);
  assert.match(stale.text, /Somebody pushed to the branch meanwhile/);
  assert.equal((await owner.get(path)).status, 200);
  const done = await owner.post(path, { tip }, { from: `${path}?delete=yes` });
  assert.equal(done.headers.location, "/acme/demo/branches");
  assert.match((await owner.follow(done)).text, /Branch <b>old\/00<\/b> was deleted/);
  assert.equal((await owner.get(path)).status, 404);
});

test("the main branch and one that a rule keeps are not deleted", async () => {
  const tipOf = (name: string) => git.out(["rev-parse", name], { folder });
  const main = await owner.post("/acme/demo/branch/main", { tip: await tipOf("main") });
  assert.equal(main.status, 422);
  assert.match(main.text, /The main branch cannot be deleted/);
  await rest("POST", "/branch-restrictions", {
    kind: "delete",
    branch_match_kind: "glob",
    pattern: "old/01",
  });
  const kept = await owner.post("/acme/demo/branch/old%2F01", { tip: await tipOf("old/01") });
  assert.equal(kept.status, 422);
  assert.match(kept.text, /A branch restriction does not let you delete this branch/);
});

for (const [why, fields, message] of [
  ["no name", { name: " ", from: "main" }, /Enter a name/],
  ["a name that git refuses", { name: "a..b", from: "main" }, /git does not take this name/],
  ["a name that is taken", { name: "main", from: "main" }, /There is a branch with this name already/],
  ["a name behind that of a branch", { name: "main/next", from: "main" }, /Another branch is in its way/],
  [
    "an unknown start",
    { name: "new", from: "<none>" },
    /no branch, tag or commit “<bdi>&lt;none&gt;<\/bdi>”/,
  ],
] as const)
  test(`creates no branch with ${why}, and says so at the field`, async () => {
    const answer = await owner.post("/acme/demo/branches", fields);
    assert.equal(answer.status, 422);
    assert.match(answer.text, message);
    assert.match(answer.text, /<title>Problem: /);
    assert.match(answer.text, /aria-invalid="true"/);
    assert.match(answer.text, /<details class="pop" open>/);
  });

test("creates a branch", async () => {
  const made = await owner.post("/acme/demo/branches", { name: "made/here", from: "v1.0" });
  assert.equal(made.headers.location, "/acme/demo/branch/made%2Fhere");
  assert.match((await owner.follow(made)).text, /Branch <b>made\/here<\/b> was created/);
});

test("who may only read is offered nothing that would be refused, and is refused it", async () => {
  const browser = await reader();
  const list = await show("branches", browser);
  assert.doesNotMatch(list, /Create branch|delete=yes/);
  assert.doesNotMatch(await show("branch/old%2F02?delete=yes", browser), /Delete branch/);
  const tip = await git.out(["rev-parse", "old/02"], { folder });
  assert.equal((await browser.post("/acme/demo/branch/old%2F02", { tip }, { from: "/" })).status, 403);
  assert.equal(
    (await browser.post("/acme/demo/branches", { name: "x", from: "main" }, { from: "/" })).status,
    403,
  );
  const stranger = openWebClient(app);
  for (const path of ["branches", "branch/main", "tags", "branches/compare/main..v1.0"])
    assert.doesNotMatch((await stranger.get(`/acme/demo/${path}`)).text, /Second|old\/|v1\.0<\/bdi>/, path);
});

test("lists tags, the highest version first", async () => {
  const text = await show("tags");
  const names = [...text.matchAll(/href="\/acme\/demo\/commits\/tag\/([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(names, ["v1.10", "v1.9", "v1.0"]);
  assert.match(text, /Release &lt;b&gt;one&lt;\/b&gt;/);
  assert.match(await show("tags?q=none"), /Nothing matches/);
});

test("an empty repository says so", async () => {
  await rest("POST", `${app.url}/2.0/repositories/acme/empty`, {});
  assert.match(
    (await owner.get("/acme/empty/branches")).text,
    /No branches yet[\s\S]*<a class="btn" href="\/acme\/empty">How to push/,
  );
  assert.match((await owner.get("/acme/empty/tags")).text, /No tags yet/);
});

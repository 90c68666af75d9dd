import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { signIn } from "../../../../tests/support/server/web-client.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { addGroupMember, createGroup } from "../../../operations/groups/groups.ts";
import { setPermission } from "../../../operations/permissions/explicit-permissions.ts";
import { createRepository } from "../../../operations/repositories/repositories.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";
import { listRestrictions } from "../../../storage/sql/branch-rules/branch-restrictions.ts";
import { findRepository } from "../../../storage/sql/repositories/repositories.ts";

const { app, git, folder, commit } = await startFilledApp();
await commit({ "a.txt": "a\n" }, "First");
await git.out(["push", "--quiet", "origin", "main", "main:side"], { folder });
const { ports, by, workspace } = app;
const owner = await signIn(app, app.owner);
const japanese = await signIn(app, app.owner, "ja");
const writer = await createAccount(ports, by, {
  email: "writer@example.com",
  username: "writer",
  displayName: `<b>Wri"ter</b>`,
});
await setMember(ports, by, workspace, writer, "member", "write");
const group = await createGroup(ports, by, workspace, "Developers");
const ADMIN = "/acme/demo/admin";
const SETTINGS = [
  "",
  "/permissions",
  "/branch-restrictions",
  "/branch-restrictions/new",
  "/branching-model",
  "/default-reviewers",
  "/delete",
];
const current = () =>
  findRepository(ports.database.kysely, undefined, { uuid: app.repository.uuid }).then((found) => found!);

test("who may write opens no page of the settings, and changes nothing", async () => {
  const browser = await signIn(app, writer);
  for (const path of SETTINGS) {
    assert.equal((await browser.get(`${ADMIN}${path}`)).status, 403, path);
    const sent = await browser.post(`${ADMIN}${path}`, { name: "x" }, { from: "/-/preferences" });
    assert.ok([403, 404, 405].includes(sent.status), `${path}: ${sent.status}`);
  }
});

test("each page is there in both languages, with the list at its side", async () => {
  for (const path of SETTINGS) {
    const english = await owner.get(`${ADMIN}${path}`);
    assert.equal(english.status, 200, path);
    assert.equal(
      english.text.match(/<nav class="side"[\s\S]*?<\/nav>/)![0].match(/aria-current/g)?.length,
      1,
      path,
    );
    assert.match((await japanese.get(`${ADMIN}${path}`)).text, /リポジトリの設定/, path);
  }
});

test("general: the name changes the address, the old one leads to it, and what is wrong stands at its field", async () => {
  const { project } = app;
  const fields = {
    name: "demo",
    description: "<i>x</i>",
    project: project.uuid,
    "main-branch": "side",
    "fork-policy": "no_forks",
  };
  assert.equal((await owner.post(ADMIN, { ...fields, private: "yes" })).status, 303);
  const changed = await current();
  assert.deepEqual(
    [changed.isPrivate, changed.mainBranch, changed.forkPolicy, changed.description],
    [true, "side", "no_forks", "<i>x</i>"],
  );
  assert.doesNotMatch((await owner.get(ADMIN)).text, /<i>x/);
  assert.equal((await owner.post(ADMIN, { ...fields, name: "" })).status, 422);
  assert.equal((await owner.post(ADMIN, { ...fields, name: "!!!" })).status, 422);
  assert.equal((await owner.post(ADMIN, { ...fields, "main-branch": "none" })).status, 422);
  const renamed = await owner.post(ADMIN, {
    ...fields,
    name: "Other one",
    private: "yes",
    "main-branch": "main",
  });
  assert.equal(renamed.headers.location, "/acme/other-one/admin");
  assert.equal(
    (
      await owner.post("/acme/other-one/admin", {
        ...fields,
        name: "demo",
        private: "yes",
        "main-branch": "main",
      })
    ).status,
    303,
  );
});

test("permissions: given, shown with where they come from, changed, and removed", async () => {
  const path = `${ADMIN}/permissions`;
  await addGroupMember(by, workspace, group, writer);
  const projectTarget = { kind: "project", uuid: app.project.uuid, name: "acme/PROJ" } as const;
  await setPermission(by, projectTarget, { kind: "account", uuid: writer.uuid }, "read");
  for (const [who, kind, permission] of [
    ["writer", "account", "admin"],
    ["developers", "group", "read"],
  ] as const)
    assert.equal((await owner.post(path, { act: "give", who, kind, permission })).status, 303);
  const { text } = await owner.get(path);
  assert.match(text, /admin <span class="dim">· given here/);
  assert.match(text, /read <span class="dim">· project/);
  assert.match(text, /read <span class="dim">· group <bdi>Developers/);
  assert.match(text, /write <span class="dim">· member of the workspace/);
  assert.match(text, /admin <span class="dim">· owns the workspace/);
  assert.doesNotMatch(text, /<b>Wri/);
  assert.equal((await owner.post(path, { act: "remove", kind: "account", uuid: writer.uuid })).status, 303);
  assert.doesNotMatch((await owner.get(path)).text, /<bdi>&lt;b&gt;[\s\S]*· given here/);
  for (const [who, kind, message] of [
    ["nobody", "account", /Nobody in this workspace/],
    ["owner", "account", /owns the workspace, and may/],
    ["none", "group", /no group of this name/],
    [`"><script>`, "account", /Nobody in this workspace/],
  ] as const) {
    const refused = await owner.post(path, { act: "give", who, kind, permission: "read" });
    assert.equal(refused.status, 422, who);
    assert.match(refused.text, message);
    assert.doesNotMatch(refused.text, /"><script>/);
  }
});

test("restrictions: who may push to main is answered in sentences, from rules that are added, changed and deleted", async () => {
  const path = `${ADMIN}/branch-restrictions`;
  assert.match((await owner.get(path)).text, /Everyone with write permission may push to <code>main/);
  const push = { kind: "push", match: "glob", pattern: "ma*", people: "writer", groups: "developers" };
  assert.equal((await owner.post(`${path}/new`, push)).status, 303);
  const force = { kind: "force", match: "branching_model", type: "development" };
  assert.equal((await owner.post(`${path}/new`, force)).status, 303);
  const approvals = { kind: "require_approvals_to_merge", match: "glob", pattern: "main", value: "2" };
  assert.equal((await owner.post(`${path}/new`, approvals)).status, 303);
  const list = (await owner.get(path)).text;
  const answer = /<section class="rimmed"[\s\S]*?<\/section>/.exec(list)![0];
  assert.match(
    answer,
    /Only <b><bdi>&lt;b&gt;Wri&quot;ter&lt;\/b&gt;<\/bdi><\/b>, <b>group <bdi>Developers<\/bdi><\/b> may push/,
  );
  assert.match(answer, /Nobody may rewrite history/);
  assert.match(answer, /A merge needs 2 approvals/);
  assert.match((await japanese.get(path)).text, /プッシュできるのは[\s\S]*だけです。/);
  const [first] = await listRestrictions(ports.database.kysely, app.repository.uuid);
  const own = `${path}/${first!.id}`;
  assert.match((await owner.get(own)).text, /value="writer"/);
  assert.equal((await owner.post(own, { ...push, people: "", groups: "" })).status, 303);
  assert.match((await owner.get(path)).text, /Nobody may push\. Pull requests/);
  assert.equal((await owner.post(`${own}/delete`)).status, 303);
  assert.equal((await owner.get(own)).status, 404);
});

for (const [why, fields, message] of [
  ["no pattern", { kind: "push", match: "glob", pattern: "" }, /Enter a name or a pattern/],
  ["a space in it", { kind: "push", match: "glob", pattern: "a b" }, /Enter a name or a pattern/],
  ["no number", { kind: "require_approvals_to_merge", match: "glob", pattern: "x" }, /Enter a number/],
  ["a stranger", { kind: "push", match: "glob", pattern: "x", people: `<img>` }, /Nobody has the user name/],
  [
    "exceptions from a deletion",
    { kind: "delete", match: "glob", pattern: "x", people: "writer" },
    /Only restrictions/,
  ],
  ["the same again", { kind: "force", match: "branching_model", type: "development" }, /has one for/],
] as const) {
  test(`a rule with ${why} is refused at its field`, async () => {
    const { status, text } = await owner.post(`${ADMIN}/branch-restrictions/new`, fields);
    assert.equal(status, 422);
    assert.match(text, message);
    assert.doesNotMatch(text, /<img>/);
  });
}

test("default reviewers are added and removed", async () => {
  const path = `${ADMIN}/default-reviewers`;
  assert.equal((await owner.post(path, { username: "writer" })).status, 303);
  assert.match((await owner.get(path)).text, /<span class="sub m">writer/);
  assert.equal((await owner.post(path, { username: "nobody" })).status, 422);
  assert.equal((await owner.post(path, { act: "remove", uuid: writer.uuid })).status, 303);
  assert.match((await owner.get(path)).text, /Nobody is asked by default/);
});

test("the branching model is the repository's own once it is saved", async () => {
  const path = `${ADMIN}/branching-model`;
  const fields = { development: "side", "prefix-feature": "f/", "prefix-release": "r/" };
  assert.equal((await owner.post(path, fields)).status, 303);
  const { text } = await owner.get(path);
  assert.match(text, /value="f\/"/);
  assert.equal((await owner.post(path, { ...fields, development: "none" })).status, 422);
  assert.equal((await owner.post(path, { ...fields, "prefix-release": "f/x" })).status, 422);
});

test("a repository is deleted once its name is typed, and not before", async () => {
  const { project } = app;
  await createRepository(ports, by, { workspace, project, slug: "doomed" as RepositorySlug });
  const path = "/acme/doomed/admin/delete";
  const wrong = await owner.post(path, { confirm: "doomed" });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /This is not the name/);
  assert.equal((await owner.post(path, { confirm: "acme/doomed" })).status, 303);
  assert.equal((await owner.get("/acme/doomed/admin")).status, 404);
});

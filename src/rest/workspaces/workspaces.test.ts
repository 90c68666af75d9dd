import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createCaller, ownerOf, restAs } from "../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import type { RepositorySlug } from "../../model/slug.ts";
import { addGroupMember, createGroup } from "../../operations/groups/groups.ts";
import { createRepository } from "../../operations/repositories/repositories.ts";
import { createWorkspace, setMember } from "../../operations/workspaces/workspaces.ts";
import { upsertExplicitPermission } from "../../storage/sql/permissions/explicit-permissions.ts";
import { upsertRepositoryPermission } from "../../storage/sql/permissions/permissions.ts";

const app = await startTestApp();
after(() => app.close());
const owner = await ownerOf(app);
const writer = await createCaller(app, "writer");
const grouped = await createCaller(app, "grouped");
const guest = await createCaller(app, "guest");
const stranger = await createCaller(app, "stranger");
const db = app.ports.database.kysely;
const { workspace, project, repository: demo } = app;
const site = await createRepository(app.ports, app.by, {
  workspace,
  project,
  slug: "site" as RepositorySlug,
  isPrivate: false,
});
await setMember(app.ports, app.by, workspace, writer.account, "member", "write");
await setMember(app.ports, app.by, workspace, grouped.account, "member", "none");
const group = await createGroup(app.ports, app.by, workspace, "Readers");
await addGroupMember(app.by, workspace, group, grouped.account);
const readsDemo = [
  { kind: "repository", uuid: demo.uuid },
  { kind: "group", uuid: group.uuid },
  "read",
] as const;
await upsertExplicitPermission(db, ...readsDemo);
await upsertRepositoryPermission(db, demo.uuid, guest.account.uuid, "admin");
await createWorkspace(app.ports, app.by, { slug: "elsewhere", owner: stranger.account });
const { rest } = owner;

type Entry = { user: { nickname: string; email?: string }; repository: { name: string }; permission: string };
const nicknames = (json: { values: Entry[] }) => json.values.map(({ user }) => user.nickname);
const entries = (json: { values: Entry[] }) =>
  json.values.map(({ user, repository, permission }) => `${user.nickname} ${repository.name} ${permission}`);
const query = (values: Record<string, string>) => `?${new URLSearchParams(values)}`;

test("members are listed with the keys of the reference", async () => {
  const { status, json } = await rest("GET", "/workspaces/acme/members");
  assert.equal(status, 200);
  assert.deepEqual([json.size, nicknames(json)], [3, ["grouped", "Olive Owner", "writer"]]);
  assert.deepEqual(Object.keys(json.values[0]).sort(), ["links", "type", "user", "workspace"]);
  assert.equal(json.values[0].type, "workspace_membership");
  assert.ok(!JSON.stringify(json).includes("@example.com"), "no address is shown");
  assert.deepEqual((await rest("GET", json.values[0].links.self.href)).json, json.values[0]);
});

for (const [q, found] of [
  ['user.nickname="writer"', ["writer"]],
  [`user.uuid="{${writer.account.uuid}}"`, ["writer"]],
  [`user.account_id="${writer.account.accountId}"`, ["writer"]],
  ['user.display_name~"group"', ["grouped"]],
  ['permission="owner"', ["Olive Owner"]],
  ['user.email="WRITER@example.com"', ["writer"]],
  ['user.email IN ("writer@example.com","guest@example.com")', ["writer"]],
] as const) {
  test(`members by ${q.replace(/"[^"]*-.*"/, "…")}`, async () => {
    const { json } = await rest("GET", `/workspaces/acme/members${query({ q })}`);
    assert.deepEqual(nicknames(json), found);
  });
}

test("addresses are for owners to look for, and are shown only if looked and asked for", async () => {
  const q = 'user.email IN ("writer@example.com")';
  const path = `/workspaces/acme/members${query({ q, fields: "+values.user.email" })}`;
  const shown = await rest("GET", path);
  assert.equal(shown.json.values[0].user.email, "writer@example.com");
  const refused = await writer.rest("GET", path);
  assert.equal(refused.status, 400);
  assert.ok("user.email" in refused.json.error.fields);
  assert.equal(
    (await rest("GET", `/workspaces/acme/members${query({ q: 'user.email!="x"', sort: "user.email" })}`))
      .status,
    400,
  );
  const listed = await rest("GET", `/workspaces/acme/members${query({ fields: "+values.user.email" })}`);
  assert.equal(listed.json.values[0].user.email, undefined);
  const addresses = (count: number) =>
    query({ q: `user.email IN (${Array.from({ length: count }, (_, at) => `"${at}@b.c"`).join(",")})` });
  assert.equal((await rest("GET", `/workspaces/acme/members${addresses(90)}`)).status, 200);
  assert.equal((await rest("GET", `/workspaces/acme/members${addresses(91)}`)).status, 400);
});

test("one member is found by UUID and by account id, and nobody else is", async () => {
  for (const name of [writer.uuid, writer.account.accountId]) {
    const { status, json } = await rest("GET", `/workspaces/acme/members/${name}`);
    assert.deepEqual([status, json.user.nickname, json.workspace.slug], [200, "writer", "acme"]);
  }
  for (const name of [guest.uuid, "writer", "nobody"]) {
    assert.equal((await rest("GET", `/workspaces/acme/members/${name}`)).status, 404);
  }
});

test("members see each other, guests and strangers do not", async () => {
  for (const path of ["members", `members/${writer.uuid}`, "permissions"]) {
    assert.equal((await writer.rest("GET", `/workspaces/acme/${path}`)).status, 200);
    assert.equal((await guest.rest("GET", `/workspaces/acme/${path}`)).status, 403);
    assert.equal(
      (await stranger.rest("GET", `/workspaces/elsewhere/${path}`)).status,
      path.includes("/") ? 404 : 200,
    );
  }
});

test("the permissions of a workspace are filtered", async () => {
  const all = (await rest("GET", "/workspaces/acme/permissions")).json;
  assert.deepEqual(
    all.values.map((each: Entry) => `${each.user.nickname} ${each.permission}`),
    ["grouped member", "Olive Owner owner", "writer member"],
  );
  assert.equal(all.size, 3);
  assert.match(all.values[0].added_on, /^\d{4}-.*\+00:00$/);
  const owners = await rest("GET", `/workspaces/acme/permissions${query({ q: 'permission="owner"' })}`);
  assert.deepEqual(nicknames(owners.json), ["Olive Owner"]);
  const wrong = await rest("GET", `/workspaces/acme/permissions${query({ q: 'colour="red"' })}`);
  assert.deepEqual([wrong.status, Object.keys(wrong.json.error.fields)], [400, ["colour"]]);
});

test("effective permissions of all, public visibility aside", async () => {
  const { status, json } = await rest("GET", "/workspaces/acme/permissions/repositories");
  assert.equal(status, 200);
  assert.deepEqual(entries(json), [
    "grouped demo read",
    "guest demo admin",
    "Olive Owner demo admin",
    "writer demo write",
    "Olive Owner site admin",
    "writer site write",
  ]);
  assert.equal(json.size, 6);
  assert.deepEqual(Object.keys(json.values[0]).sort(), ["permission", "repository", "type", "user"]);
  assert.equal(json.values[0].type, "repository_permission");
  assert.equal((await writer.rest("GET", "/workspaces/acme/permissions/repositories")).status, 403);
});

for (const [asked, found] of [
  [{ q: 'permission>"read"', sort: "user.display_name" }, 5],
  [{ q: 'permission="admin"' }, 3],
  [{ q: 'permission IN ("read","write")' }, 3],
  [{ q: 'repository.name="site"' }, 2],
  [{ q: `repository.uuid="{${demo.uuid}}" AND user.nickname="guest"` }, 1],
] as const) {
  test(`effective permissions by ${Object.keys(asked).join(" and ")} find ${found}`, async () => {
    const { json } = await rest("GET", `/workspaces/acme/permissions/repositories${query(asked)}`);
    assert.equal(json.size, found);
  });
}

for (const [asked, field] of [
  [{ q: 'permission="everything"' }, "permission"],
  [{ q: "permission=1" }, "permission"],
  [{ q: 'permission~"a"' }, "permission"],
  [{ q: 'user.email="a@b.c"' }, "user.email"],
  [{ sort: "user.email" }, "user.email"],
] as const) {
  test(`400 that names ${field} for ${JSON.stringify(asked)}`, async () => {
    const answer = await rest("GET", `/workspaces/acme/permissions/repositories${query(asked)}`);
    assert.equal(answer.status, 400, answer.text);
    assert.ok(field in answer.json.error.fields, answer.text);
  });
}

test("effective permissions in one repository are for its admins", async () => {
  const path = "/workspaces/acme/permissions/repositories/demo";
  for (const call of [rest, guest.rest]) {
    const { json } = await call("GET", `${path}${query({ sort: "-permission" })}`);
    assert.deepEqual(entries(json), [
      "guest demo admin",
      "Olive Owner demo admin",
      "writer demo write",
      "grouped demo read",
    ]);
  }
  assert.equal((await writer.rest("GET", path)).status, 403);
  assert.equal((await stranger.rest("GET", path)).status, 404);
});

test("one's own permission in a workspace", async () => {
  for (const [who, permission] of [
    [owner, "owner"],
    [writer, "member"],
    [guest, "collaborator"],
  ] as const) {
    for (const name of ["acme", "ACME", `%7B${workspace.uuid}%7D`]) {
      const { status, json } = await who.rest("GET", `/user/workspaces/${name}/permission`);
      assert.deepEqual([status, json.type, json.permission], [200, "workspace_membership", permission]);
    }
  }
  const hidden = await stranger.rest("GET", "/user/workspaces/acme/permission");
  const missing = await stranger.rest("GET", "/user/workspaces/nothing/permission");
  assert.deepEqual([hidden.status, hidden.text], [missing.status, missing.text]);
  assert.equal(hidden.status, 403);
  assert.equal((await restAs(app)("GET", "/user/workspaces/acme/permission")).status, 401);
});

test("one's own permissions in the repositories of a workspace", async () => {
  const path = "/user/workspaces/acme/permissions/repositories";
  for (const [who, found] of [
    [owner, ["Olive Owner demo admin", "Olive Owner site admin"]],
    [writer, ["writer demo write", "writer site write"]],
    [grouped, ["grouped demo read"]],
    [guest, ["guest demo admin"]],
  ] as const) {
    const { status, json } = await who.rest("GET", path);
    assert.deepEqual([status, json.size, entries(json)], [200, found.length, found]);
  }
  const some = await writer.rest(
    "GET",
    `${path}${query({ q: 'repository.name="site"', sort: "-repository.name" })}`,
  );
  assert.deepEqual(entries(some.json), ["writer site write"]);
  assert.equal((await stranger.rest("GET", path)).status, 403);
});

test("nobody watches a new repository", async () => {
  const { status, json } = await rest("GET", `/repositories/acme/${site.slug}/watchers`);
  assert.deepEqual([status, json], [200, { values: [], pagelen: 10, size: 0, page: 1 }]);
  assert.equal((await stranger.rest("GET", "/repositories/acme/demo/watchers")).status, 404);
});

test("override settings follow what the repository has of its own", async () => {
  const path = "/repositories/acme/demo/override-settings";
  const shown = async () => {
    const { json } = await rest("GET", path);
    assert.equal(json.type, "repository_inheritance_state");
    return json.override_settings;
  };
  assert.deepEqual(await shown(), { default_merge_strategy: false, branching_model: false });
  for (const [body, expected] of [
    [{ default_merge_strategy: false }, { default_merge_strategy: true, branching_model: false }],
    [
      { override_settings: { branching_model: true } },
      { default_merge_strategy: true, branching_model: true },
    ],
    [{ default_merge_strategy: true }, { default_merge_strategy: false, branching_model: true }],
    [{}, { default_merge_strategy: false, branching_model: true }],
    [{ branching_model: true }, { default_merge_strategy: false, branching_model: false }],
  ] as const) {
    const put = await rest("PUT", path, body);
    assert.deepEqual([put.status, put.text], [204, ""]);
    assert.deepEqual(await shown(), expected);
  }
  const wrong = await rest("PUT", path, { branching_model: "yes" });
  assert.deepEqual([wrong.status, Object.keys(wrong.json.error.fields)], [400, ["branching_model"]]);
  assert.equal((await writer.rest("GET", path)).status, 403);
});

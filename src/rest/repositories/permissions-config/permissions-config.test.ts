import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createCaller, ownerOf } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { addGroupMember, createGroup } from "../../../operations/groups/groups.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";

const app = await startTestApp();
after(() => app.close());
const owner = await ownerOf(app);
const member = await createCaller(app, "member");
const grouped = await createCaller(app, "grouped");
const stranger = await createCaller(app, "stranger");
for (const { account } of [member, grouped])
  await setMember(app.ports, app.by, app.workspace, account, "member", "none");
const group = await createGroup(app.ports, app.by, app.workspace, "The Developers");
await addGroupMember(app.by, app.workspace, group, grouped.account);
const { rest } = owner;

const REPOSITORY = "/repositories/acme/demo";
const PROJECT = "/workspaces/acme/projects/PROJ";

for (const [kind, target, permissions] of [
  ["repository", REPOSITORY, ["read", "write", "admin"]],
  ["project", PROJECT, ["read", "write", "create-repo", "admin"]],
] as const) {
  const config = `${target}/permissions-config`;

  for (const [granteeKind, names] of [
    // The reference has the user name in URLs of projects alone.
    [
      "user",
      [
        member.uuid,
        member.account.uuid,
        member.account.accountId,
        ...(kind === "project" ? ["member", "MEMBER"] : []),
      ],
    ],
    ["group", ["the-developers", "THE-developers"]],
  ] as const) {
    const list = `${config}/${granteeKind}s`;
    const type = `${kind}_${granteeKind}_permission`;

    test(`${kind}: the permission of a ${granteeKind} is given, shown, listed and taken away`, async () => {
      assert.deepEqual((await rest("GET", list)).json, { values: [], pagelen: 10, size: 0, page: 1 });
      for (const name of names) {
        const without = await rest("GET", `${list}/${name}`);
        assert.deepEqual([without.status, without.json.permission], [200, "none"]);
        const entry = `${list}/${name}`;
        for (const permission of permissions) {
          const given = await rest("PUT", entry, { permission });
          assert.equal(given.status, 200, given.text);
          assert.deepEqual([given.json.type, given.json.permission], [type, permission]);
          assert.deepEqual((await rest("GET", entry)).json, given.json);
          assert.deepEqual((await rest("GET", given.json.links.self.href)).json, given.json);
          const { json } = await rest("GET", list);
          assert.deepEqual([json.size, json.values], [1, [given.json]]);
        }
        const deleted = await rest("DELETE", entry);
        assert.deepEqual([deleted.status, deleted.text], [204, ""]);
        assert.match(deleted.headers.get("content-type") ?? "", /^text\/html/);
        assert.equal((await rest("DELETE", entry)).status, 404);
        assert.equal((await rest("GET", list)).json.size, 0);
      }
    });

    test(`${kind}: what is wrong with the permission of a ${granteeKind} is said, and nothing is given`, async () => {
      const entry = `${list}/${names[0]}`;
      for (const body of [
        {},
        { permission: "none" },
        { permission: "owner" },
        { permission: null },
        { permission: "READ" },
        ...(kind === "repository" ? [{ permission: "create-repo" }] : []),
      ]) {
        const answer = await rest("PUT", entry, body);
        assert.equal(answer.status, 400, JSON.stringify(body));
        assert.ok(
          "permission" in answer.json.error.fields || "body" in answer.json.error.fields,
          answer.text,
        );
      }
      for (const method of ["GET", "PUT", "DELETE"]) {
        const body = method === "PUT" ? { permission: "read" } : undefined;
        for (const name of [
          "nobody",
          ...(kind === "repository" ? ["member"] : []),
          "%7B%7D",
          "__proto__",
          "%F0%9F%98%80",
        ]) {
          assert.equal((await rest(method, `${list}/${name}`, body)).status, 404, `${method} ${name}`);
        }
      }
      assert.equal((await rest("GET", list)).json.size, 0);
    });

    test(`${kind}: only an admin sees or changes the permissions of ${granteeKind}s`, async () => {
      assert.equal(
        (await rest("PUT", `${config}/users/${member.uuid}`, { permission: "write" })).status,
        200,
      );
      for (const [method, path] of [
        ["GET", list],
        ["GET", `${list}/${names[0]}`],
        ["PUT", `${list}/${names[0]}`],
        ["DELETE", `${list}/${names[0]}`],
      ] as const) {
        const body = method === "PUT" ? { permission: "admin" } : undefined;
        assert.equal((await member.rest(method, path, body)).status, 403, `${method} ${path}`);
        assert.equal((await stranger.rest(method, path, body)).status, 404, `${method} ${path}`);
      }
      assert.equal(
        (await rest("PUT", `${config}/users/${member.uuid}`, { permission: "admin" })).status,
        200,
      );
      assert.equal((await member.rest("GET", list)).status, 200);
      assert.equal((await rest("DELETE", `${config}/users/${member.uuid}`)).status, 204);
    });
  }

  test(`${kind}: neither owners nor those outside of the workspace are given a permission`, async () => {
    for (const { uuid } of [owner, stranger]) {
      const answer = await rest("PUT", `${config}/users/${uuid}`, { permission: "read" });
      assert.equal(answer.status, 400);
      assert.ok("selected_user_id" in answer.json.error.fields);
    }
    assert.equal((await stranger.rest("GET", target)).status, 404);
  });

  test(`${kind}: what a group is given, its members have, and no others`, async () => {
    assert.equal((await grouped.rest("GET", REPOSITORY)).status, 404);
    const entry = `${config}/groups/the-developers`;
    assert.equal((await rest("PUT", entry, { permission: "read" })).status, 200);
    assert.equal((await grouped.rest("GET", REPOSITORY)).status, 200);
    assert.equal((await member.rest("GET", REPOSITORY)).status, 404);
    assert.equal((await grouped.rest("PUT", REPOSITORY, { description: "x" })).status, 403);
    assert.equal((await rest("PUT", entry, { permission: "admin" })).status, 200);
    assert.equal((await grouped.rest("PUT", REPOSITORY, { description: "x" })).status, 200);
    assert.equal((await rest("DELETE", entry)).status, 204);
    assert.equal((await grouped.rest("GET", REPOSITORY)).status, 404);
  });
}

test("a group has the keys of the reference", async () => {
  const answer = await rest("GET", `${REPOSITORY}/permissions-config/groups/the-developers`);
  const shown = answer.json.group;
  assert.deepEqual(
    [shown.type, shown.name, shown.slug, shown.full_slug, shown.owner.type, shown.workspace.slug],
    ["group", "The Developers", "the-developers", "acme:the-developers", "team", "acme"],
  );
});

test("lists are paged", async () => {
  const users = `${REPOSITORY}/permissions-config/users`;
  for (const { uuid } of [member, grouped]) await rest("PUT", `${users}/${uuid}`, { permission: "read" });
  const first = (await rest("GET", `${users}?pagelen=1`)).json;
  const second = (await rest("GET", first.next)).json;
  assert.deepEqual([first.size, first.page, second.size, second.page], [2, 1, 2, 2]);
  assert.deepEqual(
    [first.values[0].user.nickname, second.values[0].user.nickname],
    ["grouped", "member"],
    "by user name",
  );
  assert.equal(second.next, undefined);
});

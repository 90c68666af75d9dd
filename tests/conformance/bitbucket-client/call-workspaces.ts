import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientUnderTest } from "./client-under-test.ts";

/** Workspaces, their projects, and accounts. */
export function callWorkspaces({ app, where, call, reader, group }: ClientUnderTest): void {
  const { kysely } = app.ports.database;
  const { workspace } = where;

  test("the client reads the caller, the caller's addresses and other accounts", async () => {
    const uuid = `{${app.owner.uuid}}`;
    assert.equal((await call("users.getAuthedUser")).data.uuid, uuid);
    assert.equal((await call("user.listEmails")).data.values[0].email, "owner@example.com");
    assert.equal((await call("user.getEmail", { email: "owner@example.com" })).data.is_primary, true);
    assert.equal(
      (await call("users.get", { selected_user: `{${reader.uuid}}` })).data.nickname,
      reader.nickname,
    );
  });

  test("the client reads a workspace, its members and their permissions", async () => {
    assert.equal((await call("workspaces.getWorkspace", { workspace })).data.slug, workspace);
    assert.equal((await call("workspaces.getMembersForWorkspace", { workspace })).data.size, 2);
    const member = { workspace, member: `{${reader.uuid}}` };
    assert.equal((await call("workspaces.getMemberForWorkspace", member)).data.user.uuid, member.member);
    const permissions = (await call("workspaces.listPermissions", { workspace })).data.values;
    assert.deepEqual(permissions.map((value: { permission: string }) => value.permission).sort(), [
      "member",
      "owner",
    ]);
    for (const [name, parameters] of [
      ["workspaces.listPermissionsForRepositories", { workspace }],
      ["workspaces.listPermissionsForRepository", where],
    ] as const) {
      const { data } = await call(name, parameters);
      const [value] = data.values;
      assert.deepEqual([value.permission, value.user.uuid], ["admin", `{${app.owner.uuid}}`], name);
    }
  });

  test("the client creates, reads, lists, changes and deletes a project", async () => {
    const rows = () =>
      kysely.selectFrom("project").select(["name", "is_private"]).where("key", "=", "CLIENT").execute();
    const made = await call("workspaces.createProject", {
      workspace,
      _body: { key: "CLIENT", name: "First", is_private: true },
    });
    assert.equal(made.status, 201);
    assert.deepEqual(await rows(), [{ name: "First", is_private: 1 }]);
    const one = { workspace, project_key: "CLIENT" };
    assert.equal((await call("projects.getProject", one)).data.name, "First");
    const listed = await call("workspaces.getProjects", { workspace, q: 'key = "CLIENT"' });
    assert.equal(listed.data.size, 1);
    const changed = { ...one, _body: { key: "CLIENT", name: "Second", is_private: false } };
    assert.equal((await call("projects.createOrUpdateProject", changed)).status, 200);
    assert.deepEqual(await rows(), [{ name: "Second", is_private: 0 }]);
    assert.equal((await call("projects.deleteProject", one)).status, 204);
    assert.deepEqual(await rows(), []);
  });

  const project = { workspace, project_key: app.project.key };

  test("the client sets, reads, lists and deletes permissions in a project", async () => {
    const accounts = () =>
      kysely.selectFrom("project_permission").select(["account_uuid", "permission"]).execute();
    const user = { ...project, selected_user_id: `{${reader.uuid}}` };
    await call("projects.updateUserPermission", { ...user, _body: { permission: "create-repo" } });
    assert.deepEqual(await accounts(), [{ account_uuid: reader.uuid, permission: "create-repo" }]);
    assert.equal((await call("projects.getUserPermission", user)).data.permission, "create-repo");
    assert.equal((await call("projects.listUserPermissions", project)).data.size, 1);
    assert.equal((await call("projects.deleteUserPermission", user)).status, 204);
    assert.deepEqual(await accounts(), []);

    const groups = () =>
      kysely.selectFrom("project_group_permission").select(["group_uuid", "permission"]).execute();
    const named = { ...project, group_slug: group.slug };
    await call("projects.updateGroupPermission", { ...named, _body: { permission: "write" } });
    assert.deepEqual(await groups(), [{ group_uuid: group.uuid, permission: "write" }]);
    assert.equal((await call("projects.getGroupPermission", named)).data.permission, "write");
    assert.equal((await call("projects.listGroupPermissions", project)).data.size, 1);
    assert.equal((await call("projects.deleteGroupPermission", named)).status, 204);
    assert.deepEqual(await groups(), []);
  });

  test("the client adds, reads, lists and deletes a default reviewer of a project", async () => {
    const rows = () => kysely.selectFrom("project_default_reviewer").select("account_uuid").execute();
    const one = { ...project, selected_user: `{${reader.uuid}}` };
    assert.equal((await call("projects.addDefaultReviewer", one)).status, 200);
    assert.deepEqual(await rows(), [{ account_uuid: reader.uuid }]);
    assert.equal((await call("projects.getDefaultReviewer", one)).data.uuid, one.selected_user);
    assert.equal((await call("projects.listDefaultReviewers", project)).data.size, 1);
    assert.equal((await call("projects.deleteDefaultReviewer", one)).status, 204);
    assert.deepEqual(await rows(), []);
  });

  test("the client reads and changes the branching model of a project", async () => {
    const _body = { branch_types: [{ kind: "hotfix", enabled: true, prefix: "hot/" }] };
    assert.equal((await call("branching_model.updateSettingsForProject", { ...project, _body })).status, 200);
    const [row] = await kysely.selectFrom("project_branching_model").selectAll().execute();
    assert.match(row?.model ?? "", /"hot\/"/);
    for (const name of ["branching_model.getForProject", "branching_model.getSettingsForProject"]) {
      const { data } = await call(name, project);
      assert.ok(
        data.branch_types.some((type: { prefix: string }) => type.prefix === "hot/"),
        name,
      );
    }
  });
}

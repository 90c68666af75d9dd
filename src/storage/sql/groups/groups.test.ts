import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleGroup,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
  viewing,
} from "../../../../tests/support/examples/sample-model.ts";
import type { GroupSlug } from "../../../model/slug.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { isUniqueViolation } from "../database-failure.ts";
import { listEffectivePermissions } from "../permissions/effective-permissions.ts";
import {
  deleteExplicitPermission,
  findExplicitPermission,
  listAccountPermissions,
  listGroupPermissions,
  upsertExplicitPermission,
} from "../permissions/explicit-permissions.ts";
import { findProjectPermission, hasPermissionInAnyProject } from "../permissions/project-permissions.ts";
import { deleteProjectRow, insertProject, listProjects, updateProject } from "../projects/projects.ts";
import {
  deleteProjectReviewer,
  insertProjectReviewer,
  listProjectReviewers,
} from "../pull-requests/default-reviewers.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { hasOwnMergeStrategy, setOwnMergeStrategy } from "../repositories/repository-overrides.ts";
import { listMemberships, upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import {
  deleteGroupMember,
  deleteGroupRow,
  findGroup,
  insertGroup,
  insertGroupMember,
  listGroupMembers,
  listGroupSlugsOf,
  listGroups,
} from "./groups.ts";

const PAGE = { page: 1, pagelen: 10 };

describeDatabases("groups and what is given to them", (current) => {
  const db = () => current().database.kysely;
  const workspace = sampleWorkspace("acme");
  const elsewhere = sampleWorkspace("elsewhere");
  const project = sampleProject(workspace, "P");
  const repository = sampleRepository(workspace, project, "demo");
  const [ada, bob] = [sampleAccount("ada"), sampleAccount("Bob")];

  before(async () => {
    for (const each of [workspace, elsewhere]) await insertWorkspace(db(), each);
    await insertProject(db(), project);
    await insertRepository(db(), repository);
    for (const each of [ada, bob]) await insertAccount(db(), each);
    const member = { accountUuid: bob.uuid, role: "member", repositoryPermission: "none" } as const;
    await upsertMember(db(), workspace.uuid, member, SAMPLE_INSTANT);
  });

  test("a group is kept as it is, under a slug that is its own in the workspace", async () => {
    const group = sampleGroup(workspace, "kept");
    await insertGroup(db(), group);
    assert.deepEqual(await findGroup(db(), workspace.uuid, group.slug), group);
    assert.equal(await findGroup(db(), elsewhere.uuid, group.slug), undefined);
    assert.ok((await listGroups(db(), workspace.uuid)).some(({ uuid }) => uuid === group.uuid));
    await assert.rejects(insertGroup(db(), sampleGroup(workspace, "kept")), isUniqueViolation);
    await insertGroup(db(), sampleGroup(elsewhere, "kept"));
  });

  test("an account is in a group once, and out of it once", async () => {
    const group = sampleGroup(workspace, "members");
    await insertGroup(db(), group);
    for (const each of [bob, ada, bob]) await insertGroupMember(db(), group.uuid, each.uuid);
    assert.deepEqual(await listGroupMembers(db(), group.uuid), [ada, bob], "by user name, in any case");
    assert.deepEqual(await listGroupSlugsOf(db(), workspace.uuid, ada.uuid), ["members"]);
    assert.deepEqual(await listGroupSlugsOf(db(), elsewhere.uuid, ada.uuid), []);
    assert.equal(await deleteGroupMember(db(), group.uuid, ada.uuid), true);
    assert.equal(await deleteGroupMember(db(), group.uuid, ada.uuid), false);
    assert.deepEqual(await listGroupSlugsOf(db(), workspace.uuid, ada.uuid), []);
  });

  for (const kind of ["repository", "project"] as const) {
    test(`what is given in a ${kind} is found, replaced, listed and taken away`, async () => {
      const target = { kind, uuid: kind === "project" ? project.uuid : repository.uuid };
      const group = sampleGroup(workspace, `given-${kind}`);
      await insertGroup(db(), group);
      for (const [grantee, size] of [
        [{ kind: "account", uuid: ada.uuid }, listAccountPermissions],
        [{ kind: "group", uuid: group.uuid }, listGroupPermissions],
      ] as const) {
        assert.equal(await findExplicitPermission(db(), target, grantee), undefined);
        for (const permission of ["read", "admin"] as const) {
          await upsertExplicitPermission(db(), target, grantee, permission);
          assert.equal(await findExplicitPermission(db(), target, grantee), permission);
          const { values, size: count } = await size(db(), target, PAGE);
          assert.deepEqual([count, values.map((each) => each.permission)], [1, [permission]]);
        }
        assert.equal((await size(db(), target, { page: 2, pagelen: 1 })).values.length, 0);
        assert.equal(await deleteExplicitPermission(db(), target, grantee), true);
        assert.equal(await deleteExplicitPermission(db(), target, grantee), false);
      }
    });
  }

  test("what is given as none is as good as not given", async () => {
    const target = { kind: "project", uuid: project.uuid } as const;
    const grantee = { kind: "account", uuid: bob.uuid } as const;
    await upsertExplicitPermission(db(), target, grantee, "none");
    assert.equal(await findExplicitPermission(db(), target, grantee), undefined);
    assert.equal((await listAccountPermissions(db(), target, PAGE)).size, 0);
    assert.equal(await deleteExplicitPermission(db(), target, grantee), false);
  });

  test("create-repo is given in projects only", async () => {
    const grantee = { kind: "account", uuid: ada.uuid } as const;
    const inRepository = { kind: "repository", uuid: repository.uuid } as const;
    await assert.rejects(upsertExplicitPermission(db(), inRepository, grantee, "create-repo"));
    const inProject = { kind: "project", uuid: project.uuid } as const;
    await upsertExplicitPermission(db(), inProject, grantee, "create-repo");
    assert.equal(await findProjectPermission(db(), project.uuid, ada.uuid), "create-repo");
    const anywhere = (permission: "create-repo" | "admin") =>
      hasPermissionInAnyProject(db(), workspace.uuid, viewing(ada.uuid), permission);
    assert.deepEqual([await anywhere("create-repo"), await anywhere("admin")], [true, false]);
    assert.equal(await hasPermissionInAnyProject(db(), elsewhere.uuid, viewing(ada.uuid), "read"), false);
    await deleteExplicitPermission(db(), inProject, grantee);
  });

  test("a deleted group takes all that it was given with it", async () => {
    const group = sampleGroup(workspace, "gone");
    await insertGroup(db(), group);
    await insertGroupMember(db(), group.uuid, ada.uuid);
    for (const target of [
      { kind: "project", uuid: project.uuid },
      { kind: "repository", uuid: repository.uuid },
    ] as const) {
      await upsertExplicitPermission(db(), target, { kind: "group", uuid: group.uuid }, "admin");
    }
    assert.equal(await findProjectPermission(db(), project.uuid, ada.uuid), "admin");
    assert.equal(await deleteGroupRow(db(), group.uuid), true);
    assert.equal(await deleteGroupRow(db(), group.uuid), false);
    assert.equal(await findProjectPermission(db(), project.uuid, ada.uuid), "none");
  });

  test("effective permissions are those of whoever has any, the accounts of one repository or the repositories of one account", async () => {
    const other = sampleRepository(workspace, project, "other");
    await insertRepository(db(), other);
    const target = { kind: "repository", uuid: other.uuid } as const;
    const group = sampleGroup(workspace, "effective");
    await insertGroup(db(), group);
    await insertGroupMember(db(), group.uuid, bob.uuid);
    await upsertExplicitPermission(db(), target, { kind: "group", uuid: group.uuid }, "write");
    await upsertExplicitPermission(db(), target, { kind: "account", uuid: ada.uuid }, "admin");
    const list = async (options: Partial<Parameters<typeof listEffectivePermissions>[1]>) => {
      const asked = { workspaceUuid: workspace.uuid, viewer: viewing(newUuid()), ...PAGE, ...options };
      const { values, size } = await listEffectivePermissions(db(), asked);
      assert.equal(values.length, Math.min(size, asked.pagelen));
      return values.map((each) => `${each.account.username} ${each.repository.slug} ${each.permission}`);
    };
    assert.deepEqual(await list({}), ["ada other admin", "Bob other write"]);
    assert.deepEqual(await list({ accountUuid: bob.uuid }), ["Bob other write"]);
    assert.deepEqual(await list({ repositoryUuid: repository.uuid }), []);
    assert.deepEqual(await list({ sort: { field: "permission", direction: "asc" } }), [
      "Bob other write",
      "ada other admin",
    ]);
    const aboveWrite = { kind: "comparison", field: "permission", operator: ">" } as const;
    assert.deepEqual(await list({ filter: { ...aboveWrite, value: { kind: "text", text: "write" } } }), [
      "ada other admin",
    ]);
    assert.deepEqual(await list({ workspaceUuid: elsewhere.uuid }), []);
  });

  test("memberships are listed, by address only where that is offered", async () => {
    const options = { workspaceUuid: workspace.uuid, hasEmailField: false, ...PAGE };
    const { values, size } = await listMemberships(db(), options);
    assert.equal(size, 1);
    assert.deepEqual(values[0], { account: bob, role: "member", addedAt: SAMPLE_INSTANT, email: undefined });
    const value = { kind: "text", text: "bob@example.com" } as const;
    const filter = { kind: "comparison", field: "user.email", operator: "=", value } as const;
    await assert.rejects(listMemberships(db(), { ...options, filter }), /user.email/);
    assert.equal((await listMemberships(db(), { ...options, filter, hasEmailField: true })).size, 0);
  });

  test("a project is changed, listed to who may see it, and deleted when nothing is in it", async () => {
    const empty = sampleProject(workspace, "EMPTY");
    await insertProject(db(), empty);
    assert.equal(await updateProject(db(), empty.uuid, { name: "New", isPrivate: false }), true);
    assert.equal(await updateProject(db(), newUuid(), { name: "New" }), false);
    const keys = async (viewerUuid: typeof ada.uuid | undefined) => {
      const listed = await listProjects(db(), {
        workspaceUuid: workspace.uuid,
        viewer: viewing(viewerUuid),
        ...PAGE,
      });
      return listed.values.map((each) => each.project.key);
    };
    assert.deepEqual(await keys(undefined), ["EMPTY"]);
    assert.deepEqual(await keys(newUuid()), ["EMPTY"]);
    assert.deepEqual(await keys(bob.uuid), ["EMPTY", "P"]);
    assert.equal(await deleteProjectRow(db(), project.uuid), false);
    assert.equal(await deleteProjectRow(db(), empty.uuid), true);
    assert.deepEqual(await keys(bob.uuid), ["P"]);
  });

  test("reviewers of a project and overrides of a repository are kept", async () => {
    for (const each of [bob, ada, bob]) {
      await insertProjectReviewer(db(), project.uuid, each.uuid, SAMPLE_INSTANT);
    }
    assert.deepEqual(await listProjectReviewers(db(), project.uuid), [ada, bob]);
    assert.equal(await deleteProjectReviewer(db(), project.uuid, ada.uuid), true);
    assert.equal(await deleteProjectReviewer(db(), project.uuid, ada.uuid), false);
    assert.equal(await hasOwnMergeStrategy(db(), repository.uuid), false);
    for (const isOwn of [true, true, false]) {
      await setOwnMergeStrategy(db(), repository.uuid, isOwn);
      assert.equal(await hasOwnMergeStrategy(db(), repository.uuid), isOwn);
    }
  });

  test("slugs compare by their bytes", async () => {
    for (const slug of ["a-b", "a_b", "ab"]) await insertGroup(db(), sampleGroup(elsewhere, slug));
    const slugs = (await listGroups(db(), elsewhere.uuid)).map(({ slug }) => slug);
    assert.deepEqual(slugs, ["a-b", "a_b", "ab", "kept"] as GroupSlug[]);
  });
});

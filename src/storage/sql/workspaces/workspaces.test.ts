import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleWorkspace,
  viewing,
} from "../../../../tests/support/examples/sample-model.ts";
import { Failure } from "../../../model/failure.ts";
import type { Filter } from "../../../model/filter.ts";
import type { ProjectKey, WorkspaceSlug } from "../../../model/slug.ts";
import type { WorkspaceMember } from "../../../model/workspace.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { isUniqueViolation } from "../database-failure.ts";
import { findOldestProject, findProject, insertProject } from "../projects/projects.ts";
import { findMember, listMembers, upsertMember } from "./members.ts";
import { findWorkspace, insertWorkspace, listWorkspaces, listWorkspacesOf } from "./workspaces.ts";

describeDatabases("workspaces", (current) => {
  const ada = sampleAccount("ada");
  const bob = sampleAccount("bob");
  // By bytes "_" comes before letters and after digits; by the rules of most languages it comes first.
  const [underscore, apple, nine] = [sampleWorkspace("_w"), sampleWorkspace("apple"), sampleWorkspace("9w")];
  const db = () => current().database.kysely;
  const adaInUnderscore: WorkspaceMember = {
    accountUuid: ada.uuid,
    role: "member",
    repositoryPermission: "write",
  };
  const adaInApple: WorkspaceMember = { accountUuid: ada.uuid, role: "owner", repositoryPermission: "none" };

  before(async () => {
    for (const account of [bob, ada]) await insertAccount(db(), account);
    for (const workspace of [underscore, apple, nine]) await insertWorkspace(db(), workspace);
    await upsertMember(db(), underscore.uuid, adaInUnderscore, SAMPLE_INSTANT);
    await upsertMember(db(), apple.uuid, adaInApple, SAMPLE_INSTANT);
  });

  test("finds a workspace by slug and by UUID, and none by another", async () => {
    assert.deepEqual(await findWorkspace(db(), { slug: apple.slug }), apple);
    assert.deepEqual(await findWorkspace(db(), { uuid: apple.uuid }), apple);
    assert.equal(await findWorkspace(db(), { slug: "App" as WorkspaceSlug }), undefined);
    assert.equal(await findWorkspace(db(), { uuid: newUuid() }), undefined);
    assert.deepEqual(await listWorkspaces(db()), [nine, underscore, apple]);
  });

  test("refuses a slug that is taken", async () => {
    await assert.rejects(insertWorkspace(db(), sampleWorkspace("apple")), isUniqueViolation);
  });

  test("lists the workspaces of an account and no others", async () => {
    const all = await listWorkspacesOf(db(), viewing(ada.uuid), { page: 1, pagelen: 10 });
    assert.deepEqual(all, {
      size: 2,
      values: [
        { workspace: underscore, role: "member" },
        { workspace: apple, role: "owner" },
      ],
    });
    assert.deepEqual(await listWorkspacesOf(db(), viewing(bob.uuid), { page: 1, pagelen: 10 }), {
      size: 0,
      values: [],
    });
  });

  const bySlug: Filter = {
    kind: "comparison",
    field: "workspace.slug",
    operator: "=",
    value: { kind: "text", text: "apple" },
  };
  for (const [why, options, slugs, size] of [
    ["those that it owns", { administrator: true }, ["apple"], 1],
    ["those that it does not own", { administrator: false }, ["_w"], 1],
    ["a filter", { filter: bySlug }, ["apple"], 1],
    ["a filter and what excludes it", { filter: bySlug, administrator: false }, [], 0],
    ["the other order", { sort: { field: "slug", direction: "desc" } }, ["apple", "_w"], 2],
    ["the second page", { page: 2, pagelen: 1 }, ["apple"], 2],
    ["a page beyond the last", { page: 3, pagelen: 1 }, [], 2],
  ] as const) {
    test(`lists the workspaces of an account by ${why}`, async () => {
      const page = await listWorkspacesOf(db(), viewing(ada.uuid), { page: 1, pagelen: 10, ...options });
      const found = page.values.map(({ workspace }) => workspace.slug);
      assert.deepEqual([found, page.size], [slugs, size]);
    });
  }

  test("refuses to sort by what is not offered", async () => {
    const sort = { field: "is_administrator", direction: "asc" } as const;
    await assert.rejects(
      listWorkspacesOf(db(), viewing(ada.uuid), { sort, page: 1, pagelen: 10 }),
      (error) => error instanceof Failure && error.kind === "invalid-input",
    );
  });

  test("keeps one membership for an account, the last one", async () => {
    await upsertMember(
      db(),
      nine.uuid,
      { accountUuid: bob.uuid, role: "owner", repositoryPermission: "admin" },
      SAMPLE_INSTANT,
    );
    const lowered: WorkspaceMember = { accountUuid: bob.uuid, role: "member", repositoryPermission: "read" };
    await upsertMember(db(), nine.uuid, lowered, new Date());
    await upsertMember(db(), nine.uuid, adaInApple, SAMPLE_INSTANT);
    assert.deepEqual(await findMember(db(), nine.uuid, bob.uuid), lowered);
    assert.deepEqual(await listMembers(db(), nine.uuid), [
      { member: adaInApple, account: ada, addedAt: SAMPLE_INSTANT },
      { member: lowered, account: bob, addedAt: SAMPLE_INSTANT },
    ]);
    assert.equal(await findMember(db(), underscore.uuid, bob.uuid), undefined);
  });

  test("finds projects of the workspace only, and its oldest one", async () => {
    const young = sampleProject(apple, "A", { createdAt: new Date(2000), description: "ä\n" });
    const old = sampleProject(apple, "Z", { createdAt: new Date(1000), isPrivate: false });
    for (const project of [young, old]) await insertProject(db(), project);
    await insertProject(db(), sampleProject(nine, "A", { createdAt: new Date(1) }));
    assert.deepEqual(await findProject(db(), apple.uuid, { key: young.key }), young);
    assert.deepEqual(await findProject(db(), apple.uuid, { uuid: old.uuid }), old);
    assert.equal(await findProject(db(), nine.uuid, { uuid: old.uuid }), undefined);
    assert.equal(await findProject(db(), apple.uuid, { key: "a" as ProjectKey }), undefined);
    assert.deepEqual(await findOldestProject(db(), apple.uuid), old);
    assert.equal(await findOldestProject(db(), underscore.uuid), undefined);
    await assert.rejects(insertProject(db(), sampleProject(apple, "A")), isUniqueViolation);
  });
});

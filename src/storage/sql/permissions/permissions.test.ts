import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases, openTestDatabase } from "../../../../tests/support/database/test-database.ts";
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
import { fc } from "../../../../tests/support/fuzzing/seeded-properties.ts";
import type { Group } from "../../../model/group.ts";
import { highestPermission, PERMISSIONS, type Permission } from "../../../model/permission.ts";
import {
  inRepositories,
  PROJECT_PERMISSIONS,
  type ProjectPermission,
} from "../../../model/project-permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { WorkspaceRole } from "../../../model/workspace.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { deleteGroupMember, insertGroup, insertGroupMember } from "../groups/groups.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository, listRepositories } from "../repositories/repositories.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { upsertExplicitPermission } from "./explicit-permissions.ts";
import { findPermission, permissionQuery, upsertRepositoryPermission } from "./permissions.ts";
import { upsertProjectPermission } from "./project-permissions.ts";

type Held = {
  readonly membership:
    | { readonly role: WorkspaceRole; readonly repositoryPermission: Permission }
    | undefined;
  readonly project: ProjectPermission | undefined;
  readonly projectGroup: ProjectPermission | undefined;
  readonly repository: Permission | undefined;
  readonly repositoryGroup: Permission | undefined;
};

const permission = fc.constantFrom(...PERMISSIONS);
const projectPermission = fc.constantFrom(...PROJECT_PERMISSIONS);
const groupPermission = fc.constantFrom<Permission>("read", "write", "admin");
const held: fc.Arbitrary<Held> = fc.record({
  membership: fc.option(
    fc.record({ role: fc.constantFrom<WorkspaceRole>("owner", "member"), repositoryPermission: permission }),
    { nil: undefined },
  ),
  project: fc.option(projectPermission, { nil: undefined }),
  projectGroup: fc.option(projectPermission, { nil: undefined }),
  repository: fc.option(permission, { nil: undefined }),
  repositoryGroup: fc.option(groupPermission, { nil: undefined }),
});

/** The rule, said a second time. */
function expected({ membership, project, projectGroup, repository, repositoryGroup }: Held): Permission {
  if (membership?.role === "owner") return "admin";
  return highestPermission([
    membership?.repositoryPermission ?? "none",
    inRepositories(project ?? "none"),
    inRepositories(projectGroup ?? "none"),
    repository ?? "none",
    repositoryGroup ?? "none",
  ]);
}

describeDatabases("permissions", (current) => {
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  const repository = sampleRepository(workspace, project, "demo");
  const elsewhere = sampleWorkspace("elsewhere");
  const otherProject = sampleProject(workspace, "OTHER");
  const otherRepository = sampleRepository(workspace, project, "other");
  const db = () => current().database.kysely;

  before(async () => {
    for (const each of [workspace, elsewhere]) await insertWorkspace(db(), each);
    for (const each of [project, otherProject]) await insertProject(db(), each);
    for (const each of [repository, otherRepository]) await insertRepository(db(), each);
  });

  async function newAccount() {
    const account = sampleAccount(`u${newUuid()}`);
    await insertAccount(db(), account);
    return account.uuid;
  }

  /** A group with a new name in which the account is, with a permission in a place. */
  async function giveByGroup(
    accountUuid: Uuid,
    kind: "project" | "repository",
    uuid: Uuid,
    given: ProjectPermission,
  ): Promise<Group> {
    const group = sampleGroup(workspace, `g${newUuid()}`);
    await insertGroup(db(), group);
    await insertGroupMember(db(), group.uuid, accountUuid);
    await upsertExplicitPermission(db(), { kind, uuid }, { kind: "group", uuid: group.uuid }, given);
    return group;
  }

  async function newHolder(holding: Held): Promise<Uuid> {
    const accountUuid = await newAccount();
    if (holding.membership !== undefined) {
      await upsertMember(db(), workspace.uuid, { accountUuid, ...holding.membership }, SAMPLE_INSTANT);
    }
    if (holding.project !== undefined) {
      await upsertProjectPermission(db(), project.uuid, accountUuid, holding.project);
    }
    if (holding.projectGroup !== undefined) {
      await giveByGroup(accountUuid, "project", project.uuid, holding.projectGroup);
    }
    if (holding.repository !== undefined) {
      await upsertRepositoryPermission(db(), repository.uuid, accountUuid, holding.repository);
    }
    if (holding.repositoryGroup !== undefined) {
      await giveByGroup(accountUuid, "repository", repository.uuid, holding.repositoryGroup);
    }
    return accountUuid;
  }

  async function assertHeld(accountUuid: Uuid, permission: Permission): Promise<void> {
    assert.equal(await findPermission(db(), repository.uuid, accountUuid), permission);
    assert.equal(
      await current().database.lookups.findPermission(repository.uuid, accountUuid),
      permission,
      "the prepared look-up says the same",
    );
    const { values } = await listRepositories(db(), {
      workspaceUuid: workspace.uuid,
      viewer: viewing(accountUuid),
      page: 1,
      pagelen: 100,
    });
    assert.equal(
      values.some(({ uuid }) => uuid === repository.uuid),
      permission !== "none",
      "the list says the same",
    );
  }

  for (const [role, byDefault, projectUser, projectGroup, repositoryUser, repositoryGroup, permission] of [
    [undefined, undefined, undefined, undefined, undefined, undefined, "none"],
    ["owner", "none", undefined, undefined, undefined, undefined, "admin"],
    ["owner", "none", "read", "read", "read", "read", "admin"],
    ["member", "none", undefined, undefined, undefined, undefined, "none"],
    ["member", "read", undefined, undefined, undefined, undefined, "read"],
    ["member", "write", "read", "read", "read", "read", "write"],
    ["member", "admin", undefined, undefined, undefined, undefined, "admin"],
    [undefined, undefined, "read", undefined, undefined, undefined, "read"],
    [undefined, undefined, "create-repo", undefined, undefined, undefined, "write"],
    [undefined, undefined, "admin", undefined, undefined, undefined, "admin"],
    [undefined, undefined, undefined, "none", undefined, undefined, "none"],
    [undefined, undefined, undefined, "write", undefined, undefined, "write"],
    [undefined, undefined, undefined, "create-repo", undefined, undefined, "write"],
    [undefined, undefined, undefined, "admin", undefined, undefined, "admin"],
    [undefined, undefined, undefined, undefined, "write", undefined, "write"],
    [undefined, undefined, undefined, undefined, undefined, "read", "read"],
    [undefined, undefined, undefined, undefined, undefined, "admin", "admin"],
    ["member", "none", "none", "none", "none", "write", "write"],
    ["member", "read", "none", "write", "none", undefined, "write"],
    ["member", "none", "read", "read", "read", "admin", "admin"],
    ["member", "none", "read", "admin", "read", "read", "admin"],
  ] as const) {
    const held = [role, byDefault, projectUser, projectGroup, repositoryUser, repositoryGroup];
    test(`is ${permission} by ${held.map((each) => each ?? "-").join(", ")}`, async () => {
      const accountUuid = await newHolder({
        membership: role === undefined ? undefined : { role, repositoryPermission: byDefault },
        project: projectUser,
        projectGroup,
        repository: repositoryUser,
        repositoryGroup,
      });
      await assertHeld(accountUuid, permission);
    });
  }

  test("is the highest of what is held in workspace, project and repository, alone and by groups", async () => {
    await fc.assert(
      fc.asyncProperty(held, async (holding) => assertHeld(await newHolder(holding), expected(holding))),
      { numRuns: 60 },
    );
  });

  test("is the highest of what several groups have, and ends with being in them", async () => {
    const accountUuid = await newAccount();
    const group = await giveByGroup(accountUuid, "repository", repository.uuid, "write");
    await giveByGroup(accountUuid, "project", project.uuid, "read");
    await assertHeld(accountUuid, "write");
    await deleteGroupMember(db(), group.uuid, accountUuid);
    await assertHeld(accountUuid, "read");
  });

  test("is none by what is held elsewhere", async () => {
    const accountUuid = await newAccount();
    const owner = { accountUuid, role: "owner", repositoryPermission: "admin" } as const;
    await upsertMember(db(), elsewhere.uuid, owner, SAMPLE_INSTANT);
    await upsertProjectPermission(db(), otherProject.uuid, accountUuid, "admin");
    await upsertRepositoryPermission(db(), otherRepository.uuid, accountUuid, "admin");
    await giveByGroup(accountUuid, "project", otherProject.uuid, "admin");
    await giveByGroup(accountUuid, "repository", otherRepository.uuid, "admin");
    // A group that may all in which the account is not.
    await giveByGroup(await newAccount(), "repository", repository.uuid, "admin");
    assert.equal(await findPermission(db(), repository.uuid, accountUuid), "none");
    assert.equal(await findPermission(db(), otherRepository.uuid, accountUuid), "admin");
  });

  test("is none for who or what is not there", async () => {
    const accountUuid = await newAccount();
    assert.equal(await findPermission(db(), newUuid(), accountUuid), "none");
    assert.equal(await findPermission(db(), repository.uuid, newUuid()), "none");
  });

  test("follows a permission that is lowered", async () => {
    const accountUuid = await newAccount();
    await upsertRepositoryPermission(db(), repository.uuid, accountUuid, "admin");
    await upsertRepositoryPermission(db(), repository.uuid, accountUuid, "read");
    await upsertProjectPermission(db(), project.uuid, accountUuid, "write");
    await upsertProjectPermission(db(), project.uuid, accountUuid, "none");
    assert.equal(await current().database.lookups.findPermission(repository.uuid, accountUuid), "read");
  });
});

test("is read by keys: SQLite reads no table from end to end", async () => {
  const { database, close } = await openTestDatabase("sqlite");
  const query = permissionQuery(database.kysely, newUuid(), newUuid()).compile();
  const plan = await database.kysely.executeQuery<{ detail: string }>({
    ...query,
    sql: `explain query plan ${query.sql}`,
  });
  await close();
  assert.notDeepEqual(plan.rows, []);
  // "held" is the union of what was found by keys.
  assert.deepEqual(
    plan.rows.filter(({ detail }) => /^SCAN (?!held)/.test(detail)),
    [],
  );
});

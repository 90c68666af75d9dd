import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../tests/support/sample-model.ts";
import { describeDatabases } from "../../../tests/support/test-database.ts";
import { highestPermission, PERMISSIONS, type Permission } from "../../model/permission.ts";
import type { WorkspaceRole } from "../../model/workspace.ts";
import { insertAccount } from "./accounts.ts";
import { findPermission, upsertRepositoryPermission } from "./permissions.ts";
import { insertProject, upsertProjectPermission } from "./projects.ts";
import { insertRepository } from "./repositories.ts";
import { insertWorkspace, upsertMember } from "./workspaces.ts";

type Held = {
  readonly membership:
    | { readonly role: WorkspaceRole; readonly repositoryPermission: Permission }
    | undefined;
  readonly project: Permission | undefined;
  readonly repository: Permission | undefined;
};

const permission = fc.constantFrom(...PERMISSIONS);
const held: fc.Arbitrary<Held> = fc.record({
  membership: fc.option(
    fc.record({ role: fc.constantFrom<WorkspaceRole>("owner", "member"), repositoryPermission: permission }),
    { nil: undefined },
  ),
  project: fc.option(permission, { nil: undefined }),
  repository: fc.option(permission, { nil: undefined }),
});

/** The rule, said a second time. */
function expected({ membership, project, repository }: Held): Permission {
  if (membership?.role === "owner") return "admin";
  return highestPermission([
    membership?.repositoryPermission ?? "none",
    project ?? "none",
    repository ?? "none",
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

  test("is the highest of what is held in workspace, project and repository", async () => {
    await fc.assert(
      fc.asyncProperty(held, async (holding) => {
        const accountUuid = await newAccount();
        if (holding.membership !== undefined) {
          await upsertMember(db(), workspace.uuid, { accountUuid, ...holding.membership }, SAMPLE_INSTANT);
        }
        if (holding.project !== undefined) {
          await upsertProjectPermission(db(), project.uuid, accountUuid, holding.project);
        }
        if (holding.repository !== undefined) {
          await upsertRepositoryPermission(db(), repository.uuid, accountUuid, holding.repository);
        }
        assert.equal(await findPermission(db(), repository.uuid, accountUuid), expected(holding));
        const { lookups } = current().database;
        assert.equal(await lookups.findPermission(repository.uuid, accountUuid), expected(holding));
      }),
      { numRuns: 60 },
    );
  });

  test("is none by what is held elsewhere", async () => {
    const accountUuid = await newAccount();
    const owner = { accountUuid, role: "owner", repositoryPermission: "admin" } as const;
    await upsertMember(db(), elsewhere.uuid, owner, SAMPLE_INSTANT);
    await upsertProjectPermission(db(), otherProject.uuid, accountUuid, "admin");
    await upsertRepositoryPermission(db(), otherRepository.uuid, accountUuid, "admin");
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

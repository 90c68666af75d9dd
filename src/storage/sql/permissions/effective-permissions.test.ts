import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  sampleAccount,
  sampleGroup,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
  viewing,
} from "../../../../tests/support/examples/sample-model.ts";
import { PERMISSIONS, permits } from "../../../model/permission.ts";
import { PROJECT_PERMISSIONS } from "../../../model/project-permission.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertGroup, insertGroupMember } from "../groups/groups.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { type EffectivePermissionListOptions, listEffectivePermissions } from "./effective-permissions.ts";
import { upsertExplicitPermission } from "./explicit-permissions.ts";
import { findPermission } from "./permissions.ts";

const GIVEN = PERMISSIONS.filter((permission) => permission !== "none");
const GIVEN_IN_PROJECTS = PROJECT_PERMISSIONS.filter((permission) => permission !== "none");

/** The answer for one pair at a time is the oracle. */
describeDatabases("the permissions of everyone in everything", (current) => {
  const workspace = sampleWorkspace("acme");
  const other = sampleWorkspace("other");
  const projects = ["FIRST", "SECOND"].map((key) => sampleProject(workspace, key));
  const foreign = sampleRepository(other, sampleProject(other, "THIRD"), "foreign");
  const repositories = Array.from({ length: 7 }, (_, number) =>
    sampleRepository(workspace, projects[number % 2]!, `r${number}`),
  );
  const accounts = Array.from({ length: 9 }, (_, number) => sampleAccount(`a${number}`));
  const groups = ["one", "two"].map((slug) => sampleGroup(workspace, slug));
  const db = () => current().database.kysely;

  /** Every number from 0 comes, in an order that looks like none and is the same in each run. */
  function pick<Value>(values: readonly Value[], ...seeds: readonly number[]): Value {
    const mixed = seeds.reduce((sum, seed) => (sum * 31 + seed * 17 + 7) % 1009, 1);
    return values[mixed % values.length]!;
  }

  before(async () => {
    for (const each of [workspace, other]) await insertWorkspace(db(), each);
    for (const each of [...projects, foreign.project]) await insertProject(db(), each);
    for (const each of [...repositories, foreign]) await insertRepository(db(), each);
    for (const each of groups) await insertGroup(db(), each);
    for (const [index, account] of accounts.entries()) {
      await insertAccount(db(), account);
      // The last ones are in the workspace by nothing, or by what they hold in a project or a repository.
      if (index < 5) {
        const role = index === 0 ? "owner" : "member";
        const repositoryPermission = index % 2 === 0 ? "none" : pick(PERMISSIONS, index);
        await upsertMember(
          db(),
          workspace.uuid,
          { accountUuid: account.uuid, role, repositoryPermission },
          account.createdAt,
        );
      }
      if (index % 3 === 0) await insertGroupMember(db(), groups[index % 2]!.uuid, account.uuid);
      await upsertMember(
        db(),
        other.uuid,
        { accountUuid: account.uuid, role: "member", repositoryPermission: "admin" },
        account.createdAt,
      );
    }
    const holders = [
      ...accounts.slice(0, 8).map(({ uuid }) => ({ kind: "account", uuid }) as const),
      ...groups.map(({ uuid }) => ({ kind: "group", uuid }) as const),
    ];
    for (const [index, holder] of holders.entries()) {
      for (const [number, { uuid }] of projects.entries()) {
        if (pick([true, false, false], index, number))
          await upsertExplicitPermission(
            db(),
            { kind: "project", uuid },
            holder,
            pick(GIVEN_IN_PROJECTS, number, index),
          );
      }
      for (const [number, { uuid }] of repositories.entries()) {
        if (pick([true, false, false], number, index, 3))
          await upsertExplicitPermission(
            db(),
            { kind: "repository", uuid },
            holder,
            pick(GIVEN, index, number, 1),
          );
      }
    }
  });

  async function expected(options: Partial<EffectivePermissionListOptions>): Promise<string[]> {
    const rows: string[] = [];
    for (const repository of repositories) {
      if ((options.repositoryUuid ?? repository.uuid) !== repository.uuid) continue;
      for (const account of accounts) {
        if ((options.accountUuid ?? account.uuid) !== account.uuid) continue;
        const permission = await findPermission(db(), repository.uuid, account.uuid);
        if (permits(permission, "read")) rows.push(`${repository.slug} ${account.username} ${permission}`);
      }
    }
    return rows;
  }

  async function listed(
    options: Partial<EffectivePermissionListOptions>,
    pagelen: number,
  ): Promise<string[]> {
    const rows: string[] = [];
    for (let page = 1; ; page += 1) {
      const found = await listEffectivePermissions(db(), {
        workspaceUuid: workspace.uuid,
        viewer: viewing(newUuid()),
        ...options,
        page,
        pagelen,
      });
      rows.push(
        ...found.values.map(
          ({ repository, account, permission }) => `${repository.slug} ${account.username} ${permission}`,
        ),
      );
      if (found.values.length === 0) {
        assert.equal(found.size, rows.length, "the size is that of all pages");
        return rows;
      }
    }
  }

  for (const pagelen of [1, 4, 100]) {
    test(`are what each pair has, in pages of ${pagelen}`, async () => {
      const all = await expected({});
      assert.ok(all.length > 20 && all.length < repositories.length * accounts.length, String(all.length));
      assert.deepEqual(await listed({}, pagelen), all);
    });
  }

  test("are the same whichever way they are asked for", async () => {
    const sort = { field: "repository.slug", direction: "asc" } as const;
    assert.deepEqual(await listed({ sort }, 5), await expected({}));
    for (const { uuid } of accounts)
      assert.deepEqual(await listed({ accountUuid: uuid }, 3), await expected({ accountUuid: uuid }));
    for (const { uuid } of repositories)
      assert.deepEqual(await listed({ repositoryUuid: uuid }, 3), await expected({ repositoryUuid: uuid }));
  });

  test("need no member who may read everything", async () => {
    for (const { uuid } of accounts.slice(0, 5))
      await upsertMember(
        db(),
        workspace.uuid,
        { accountUuid: uuid, role: "member", repositoryPermission: "none" },
        workspace.createdAt,
      );
    assert.deepEqual(await listed({}, 4), await expected({}));
  });
});

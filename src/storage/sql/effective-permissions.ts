import { type Kysely, sql } from "kysely";
import type { Account } from "../../model/account.ts";
import { invalidField } from "../../model/failure.ts";
import type { Filter, FilterValue, Sort } from "../../model/filter.ts";
import { type Permission, parsePermission } from "../../model/permission.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import { toAccount } from "./accounts.ts";
import { compileFilter, compileSort, type FieldMap } from "./compile-filter.ts";
import { effectiveRank, permissionOfRank, permissionRank } from "./permissions.ts";
import { repositoryQuery, toRepository } from "./repository-rows.ts";
import type { Schema } from "./schema.ts";

export type EffectivePermissionListOptions = {
  readonly workspaceUuid: Uuid;
  /** Only in this repository. */
  readonly repositoryUuid?: Uuid | undefined;
  /** Only of this account. */
  readonly accountUuid?: Uuid | undefined;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

export type EffectivePermission = {
  readonly repository: Repository;
  readonly account: Account;
  readonly permission: Permission;
};

const FIELDS: FieldMap = {
  permission: { column: "listed.permission_rank", type: "integer" },
  "repository.name": { column: "listed.name", type: "text" },
  "repository.slug": { column: "listed.slug", type: "text" },
  "repository.full_name": { column: "listed.full_name", type: "text" },
  "repository.uuid": { column: "listed.uuid", type: "uuid" },
  "user.uuid": { column: "listed.account_uuid", type: "uuid" },
  "user.account_id": { column: "listed.account_id", type: "text" },
  "user.nickname": { column: "listed.account_nickname", type: "text" },
  "user.display_name": { column: "listed.account_display_name", type: "text" },
};

/**
 * A page of what accounts may do in the repositories of a workspace, each by the highest of what it holds there; public
 * visibility aside. By repository and user name unless sorted; `size` counts all pages. Two statements.
 *
 * @throws Failure invalid-input if the filter or the sort names a field that is not offered, or the filter a permission
 * that there is not.
 */
export async function listEffectivePermissions(
  db: Kysely<Schema>,
  options: EffectivePermissionListOptions,
): Promise<{ readonly values: readonly EffectivePermission[]; readonly size: number }> {
  const { filter, sort, page, pagelen } = options;
  let listed = db
    .selectFrom(permissionsOfAll(db, options).as("listed"))
    .where("listed.permission_rank", ">=", permissionRank("read"));
  if (filter !== undefined) listed = listed.where(compileFilter(rankPermissions(filter), FIELDS));
  const count = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .selectAll()
    .orderBy("listed.slug")
    .orderBy("listed.account_username_key")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  const values = rows.map((row) => ({
    repository: toRepository(row),
    account: toAccount({
      uuid: row.account_uuid,
      account_id: row.account_id,
      username: row.account_username,
      display_name: row.account_display_name,
      nickname: row.account_nickname,
      disabled_at: row.account_disabled_at,
      created_at: row.account_created_at,
    }),
    permission: permissionOfRank(row.permission_rank),
  }));
  return { values, size: count.size };
}

/** Every repository asked for with every account that can have a permission in it. */
function permissionsOfAll(db: Kysely<Schema>, options: EffectivePermissionListOptions) {
  const { workspaceUuid, repositoryUuid, accountUuid } = options;
  let query = repositoryQuery(db)
    .innerJoin("account", (join) => join.onTrue())
    .select([
      "account.uuid as account_uuid",
      "account.account_id",
      "account.username as account_username",
      "account.username_key as account_username_key",
      "account.display_name as account_display_name",
      "account.nickname as account_nickname",
      "account.disabled_at as account_disabled_at",
      "account.created_at as account_created_at",
    ])
    .select(sql<string>`workspace.slug || '/' || repository.slug`.as("full_name"))
    .select(effectiveRank(sql.ref("account.uuid")).as("permission_rank"))
    .where("repository.workspace_uuid", "=", workspaceUuid);
  if (repositoryUuid !== undefined) query = query.where("repository.uuid", "=", repositoryUuid);
  return accountUuid === undefined
    ? query.where("account.uuid", "in", accountsOf(db, workspaceUuid))
    : query.where("account.uuid", "=", accountUuid);
}

/** The accounts that hold anything in a workspace: no other has a permission in a repository of it. */
function accountsOf(db: Kysely<Schema>, workspaceUuid: Uuid) {
  return db
    .selectFrom("workspace_member")
    .select("workspace_member.account_uuid")
    .where("workspace_member.workspace_uuid", "=", workspaceUuid)
    .union(
      db
        .selectFrom("project_permission")
        .innerJoin("project", "project.uuid", "project_permission.project_uuid")
        .select("project_permission.account_uuid")
        .where("project.workspace_uuid", "=", workspaceUuid),
    )
    .union(
      db
        .selectFrom("repository_permission")
        .innerJoin("repository as granted", "granted.uuid", "repository_permission.repository_uuid")
        .select("repository_permission.account_uuid")
        .where("granted.workspace_uuid", "=", workspaceUuid),
    )
    .union(
      db
        .selectFrom("group_member")
        .innerJoin("workspace_group", "workspace_group.uuid", "group_member.group_uuid")
        .select("group_member.account_uuid")
        .where("workspace_group.workspace_uuid", "=", workspaceUuid),
    );
}

/** `permission>"read"` means what allows more, not what comes later in the alphabet: names become ranks. */
function rankPermissions(filter: Filter): Filter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { ...filter, filters: filter.filters.map(rankPermissions) };
    case "comparison":
      return filter.field === "permission" ? { ...filter, value: rankOfValue(filter.value) } : filter;
    case "membership":
      return filter.field === "permission" ? { ...filter, values: filter.values.map(rankOfValue) } : filter;
  }
}

function rankOfValue(value: FilterValue): FilterValue {
  const permission = value.kind === "text" ? parsePermission(value.text) : undefined;
  if (permission === undefined)
    throw invalidField("permission", 'must be compared with "read", "write" or "admin"');
  return { kind: "number", number: permissionRank(permission) };
}

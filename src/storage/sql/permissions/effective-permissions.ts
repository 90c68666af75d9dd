import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Bound } from "../../../model/bound.ts";
import type { Viewer } from "../../../model/caller.ts";
import { invalidField } from "../../../model/failure.ts";
import type { Filter, FilterValue, Sort } from "../../../model/filter.ts";
import { type Permission, parsePermission } from "../../../model/permission.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { toAccount } from "../accounts/accounts.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import { repositoryQuery, toRepository } from "../repositories/repository-rows.ts";
import type { Schema } from "../schema.ts";
import {
  type HeldPermission,
  heldPermissions,
  membersWithPermission,
  permissionOfRank,
  permissionRank,
} from "./permissions.ts";

export type EffectivePermissionListOptions = {
  readonly workspaceUuid: Uuid;
  /** The caller, whose visibility limits the list. Whether the caller may list at all is decided before. */
  readonly viewer: Viewer;
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
 * A page of the permissions of accounts in the repositories of a workspace: for each account and repository the highest
 * one, public visibility aside. By repository and user name unless sorted; `size` counts all pages. Two statements.
 *
 * @throws Failure invalid-input if the filter or the sort names a field that is not offered, or the filter an unknown
 * permission.
 */
export async function listEffectivePermissions(
  db: Kysely<Schema>,
  options: EffectivePermissionListOptions,
): Promise<{ readonly values: readonly EffectivePermission[]; readonly size: number }> {
  const { filter, sort, page, pagelen } = options;
  const offset = (page - 1) * pagelen;
  // A filter or sort may use any field, which needs all joins. Without them only the rows of the page are joined.
  const isPlain = filter === undefined && sort === undefined;
  const counted = isPlain ? await countPlain(db, options) : undefined;
  const repositoriesMax = counted && repositoriesOnPages(counted, offset + pagelen);
  const held = heldPermissions({ ...options, bound: boundOf(options), repositoriesMax });
  let listed = db.selectFrom(withAll(db, isPlain ? pageOf(held, pagelen, offset) : held).as("listed"));
  if (filter !== undefined) listed = listed.where(compileFilter(rankPermissions(filter), FIELDS));
  const { size } = counted ?? (await listed.select(COUNT.as("size")).executeTakeFirstOrThrow());
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .selectAll()
    .orderBy("listed.slug")
    .orderBy("listed.account_username_key")
    .limit(pagelen)
    .offset(isPlain ? 0 : offset)
    .execute();
  const values = rows.map((row) => ({
    repository: toRepository(row),
    account: toAccount({
      uuid: row.account_uuid,
      account_kind: row.account_kind,
      account_id: row.account_id,
      username: row.account_username,
      display_name: row.account_display_name,
      nickname: row.account_nickname,
      disabled_at: row.account_disabled_at,
      created_at: row.account_created_at,
    }),
    permission: permissionOfRank(row.permission_rank),
  }));
  return { values, size };
}

const COUNT = sql<number>`count(*)`;

function boundOf({ viewer }: EffectivePermissionListOptions): Bound | undefined {
  return viewer.kind === "account" ? viewer.bound : { repositories: [] };
}

/** `members`: 0 if they have not been counted separately. */
type Counted = { readonly size: number; readonly members: number };

/** A member with a permission has it in every repository: these rows are multiplied rather than counted. */
async function countPlain(db: Kysely<Schema>, options: EffectivePermissionListOptions): Promise<Counted> {
  const { workspaceUuid, repositoryUuid, accountUuid } = options;
  const bound = boundOf(options);
  if (repositoryUuid !== undefined || accountUuid !== undefined || bound !== undefined) {
    const held = db.selectFrom(heldPermissions({ ...options, bound }).as("held"));
    return { members: 0, ...(await held.select(COUNT.as("size")).executeTakeFirstOrThrow()) };
  }
  const beyond = heldPermissions({ workspaceUuid, isBeyondMembership: true });
  const { rows } = await sql<{ members: number; repositories: number; others: number }>`select
    (select count(*) from ${membersWithPermission(workspaceUuid)} as member) as members,
    (select count(*) from repository where repository.workspace_uuid = ${workspaceUuid}) as repositories,
    (select count(*) from ${beyond} as held) as others`.execute(db);
  const { members, repositories, others } = rows[0]!;
  return { members, size: members * repositories + others };
}

/** The most repositories in which the first rows lie, since each has a row for every member with a permission. */
function repositoriesOnPages({ members }: Counted, rowCount: number): number | undefined {
  return members > 0 ? Math.ceil(rowCount / members) : undefined;
}

/** The rows of one page, by repository and user name. */
function pageOf(
  held: RawBuilder<HeldPermission>,
  pagelen: number,
  offset: number,
): RawBuilder<HeldPermission> {
  return sql<HeldPermission>`(
    select held.repository_uuid, held.account_uuid, held.permission_rank from ${held} as held
      inner join repository on repository.uuid = held.repository_uuid
      inner join account on account.uuid = held.account_uuid
      order by repository.slug, account.username_key limit ${pagelen} offset ${offset}
  )`;
}

/** Adds the details of the repository and of the account. */
function withAll(db: Kysely<Schema>, held: RawBuilder<HeldPermission>) {
  return repositoryQuery(db)
    .innerJoin(held.as("held"), (join) => join.onRef("held.repository_uuid", "=", "repository.uuid"))
    .innerJoin("account", "account.uuid", "held.account_uuid")
    .select([
      "account.uuid as account_uuid",
      "account.account_kind",
      "account.account_id",
      "account.username as account_username",
      "account.username_key as account_username_key",
      "account.display_name as account_display_name",
      "account.nickname as account_nickname",
      "account.disabled_at as account_disabled_at",
      "account.created_at as account_created_at",
      "held.permission_rank",
    ])
    .select(sql<string>`workspace.slug || '/' || repository.slug`.as("full_name"));
}

/** `permission>"read"` means a higher permission, not a later word in the alphabet, so names become ranks. */
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

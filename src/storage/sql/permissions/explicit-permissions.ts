import { type Kysely, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Group } from "../../../model/group.ts";
import type { ProjectPermission } from "../../../model/project-permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { type AccountColumns, toAccount } from "../accounts/accounts.ts";
import { type GroupColumns, toGroup } from "../groups/groups.ts";
import type { Schema } from "../schema.ts";

/** Where a permission is given. `create-repo` can be given in projects only: the database refuses it elsewhere. */
export type PermissionTarget = { readonly kind: "repository" | "project"; readonly uuid: Uuid };
export type Grantee = { readonly kind: "account" | "group"; readonly uuid: Uuid };

/** From 1. */
type Page = { readonly page: number; readonly pagelen: number };

/** The four tables have the same shape: target, grantee, permission. */
function names(target: PermissionTarget["kind"], grantee: Grantee["kind"]) {
  return {
    table: sql.table(grantee === "group" ? `${target}_group_permission` : `${target}_permission`),
    targetColumn: sql.ref(`${target}_uuid`),
    granteeColumn: sql.ref(`${grantee}_uuid`),
  };
}

/** The permission that a grantee has on the target itself; undefined if there is none. */
export async function findExplicitPermission(
  db: Kysely<Schema>,
  target: PermissionTarget,
  grantee: Grantee,
): Promise<ProjectPermission | undefined> {
  const { table, targetColumn, granteeColumn } = names(target.kind, grantee.kind);
  const { rows } = await sql<{ permission: ProjectPermission }>`select permission from ${table}
    where ${targetColumn} = ${target.uuid} and ${granteeColumn} = ${grantee.uuid} and permission <> 'none'`.execute(
    db,
  );
  return rows[0]?.permission;
}

/** Gives a permission, replacing the one that the grantee has there. */
export async function upsertExplicitPermission(
  db: Kysely<Schema>,
  target: PermissionTarget,
  grantee: Grantee,
  permission: ProjectPermission,
): Promise<void> {
  const { table, targetColumn, granteeColumn } = names(target.kind, grantee.kind);
  await sql`insert into ${table} (${targetColumn}, ${granteeColumn}, permission)
    values (${target.uuid}, ${grantee.uuid}, ${permission})
    on conflict (${targetColumn}, ${granteeColumn}) do update set permission = excluded.permission`.execute(
    db,
  );
}

/** @returns false if the grantee had no permission there. */
export async function deleteExplicitPermission(
  db: Kysely<Schema>,
  target: PermissionTarget,
  grantee: Grantee,
): Promise<boolean> {
  const { table, targetColumn, granteeColumn } = names(target.kind, grantee.kind);
  const { numAffectedRows } = await sql`delete from ${table}
    where ${targetColumn} = ${target.uuid} and ${granteeColumn} = ${grantee.uuid} and permission <> 'none'`.execute(
    db,
  );
  return (numAffectedRows ?? 0n) > 0n;
}

export type AccountPermissionPage = {
  readonly values: readonly { readonly account: Account; readonly permission: ProjectPermission }[];
  readonly size: number;
};

/** A page of the accounts that have a permission on a target, by user name; `size` counts all pages. */
export async function listAccountPermissions(
  db: Kysely<Schema>,
  target: PermissionTarget,
  { page, pagelen }: Page,
): Promise<AccountPermissionPage> {
  const { table, targetColumn } = names(target.kind, "account");
  const size = await countPermissions(db, target, "account");
  const { rows } = await sql<AccountColumns & { permission: ProjectPermission }>`
    select account.uuid, account.account_kind, account.account_id, account.username, account.display_name, account.nickname,
      account.disabled_at, account.created_at, given.permission
    from ${table} as given inner join account on account.uuid = given.account_uuid
    where given.${targetColumn} = ${target.uuid} and given.permission <> 'none'
    order by account.username_key limit ${pagelen} offset ${(page - 1) * pagelen}`.execute(db);
  return { values: rows.map((row) => ({ account: toAccount(row), permission: row.permission })), size };
}

export type GroupPermissionPage = {
  readonly values: readonly { readonly group: Group; readonly permission: ProjectPermission }[];
  readonly size: number;
};

/** A page of the groups that have a permission on a target, by slug; `size` counts all pages. */
export async function listGroupPermissions(
  db: Kysely<Schema>,
  target: PermissionTarget,
  { page, pagelen }: Page,
): Promise<GroupPermissionPage> {
  const { table, targetColumn } = names(target.kind, "group");
  const size = await countPermissions(db, target, "group");
  const { rows } = await sql<GroupColumns & { permission: ProjectPermission }>`
    select workspace_group.*, given.permission
    from ${table} as given inner join workspace_group on workspace_group.uuid = given.group_uuid
    where given.${targetColumn} = ${target.uuid} and given.permission <> 'none'
    order by workspace_group.slug limit ${pagelen} offset ${(page - 1) * pagelen}`.execute(db);
  return { values: rows.map((row) => ({ group: toGroup(row), permission: row.permission })), size };
}

async function countPermissions(
  db: Kysely<Schema>,
  target: PermissionTarget,
  grantee: Grantee["kind"],
): Promise<number> {
  const { table, targetColumn } = names(target.kind, grantee);
  const { rows } = await sql<{ size: number }>`select count(*) as size from ${table}
    where ${targetColumn} = ${target.uuid} and permission <> 'none'`.execute(db);
  return rows[0]?.size ?? 0;
}

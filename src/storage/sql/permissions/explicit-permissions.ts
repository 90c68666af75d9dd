import { type Kysely, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Group } from "../../../model/group.ts";
import type { ProjectPermission } from "../../../model/project-permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { type AccountColumns, toAccount } from "../accounts/accounts.ts";
import type { Schema } from "../schema.ts";
import { type GroupColumns, toGroup } from "./groups.ts";

/** Where a permission is given. `create-repo` is given in projects only: the database refuses it elsewhere. */
export type PermissionTarget = { readonly kind: "repository" | "project"; readonly uuid: Uuid };
export type Grantee = { readonly kind: "account" | "group"; readonly uuid: Uuid };

/** From 1. */
type Page = { readonly page: number; readonly pagelen: number };

/** The four tables are alike: a place, a holder, a permission. */
function names(place: PermissionTarget["kind"], holder: Grantee["kind"]) {
  return {
    table: sql.table(holder === "group" ? `${place}_group_permission` : `${place}_permission`),
    placeColumn: sql.ref(`${place}_uuid`),
    granteeColumn: sql.ref(`${holder}_uuid`),
  };
}

/** What is given to a holder itself in a place: undefined if nothing is. */
export async function findExplicitPermission(
  db: Kysely<Schema>,
  place: PermissionTarget,
  holder: Grantee,
): Promise<ProjectPermission | undefined> {
  const { table, placeColumn, granteeColumn } = names(place.kind, holder.kind);
  const { rows } = await sql<{ permission: ProjectPermission }>`select permission from ${table}
    where ${placeColumn} = ${place.uuid} and ${granteeColumn} = ${holder.uuid} and permission <> 'none'`.execute(
    db,
  );
  return rows[0]?.permission;
}

/** Gives a permission, in place of the one that the holder has there. */
export async function upsertExplicitPermission(
  db: Kysely<Schema>,
  place: PermissionTarget,
  holder: Grantee,
  permission: ProjectPermission,
): Promise<void> {
  const { table, placeColumn, granteeColumn } = names(place.kind, holder.kind);
  await sql`insert into ${table} (${placeColumn}, ${granteeColumn}, permission)
    values (${place.uuid}, ${holder.uuid}, ${permission})
    on conflict (${placeColumn}, ${granteeColumn}) do update set permission = excluded.permission`.execute(
    db,
  );
}

/** @returns false if the holder had no permission there. */
export async function deleteExplicitPermission(
  db: Kysely<Schema>,
  place: PermissionTarget,
  holder: Grantee,
): Promise<boolean> {
  const { table, placeColumn, granteeColumn } = names(place.kind, holder.kind);
  const { numAffectedRows } = await sql`delete from ${table}
    where ${placeColumn} = ${place.uuid} and ${granteeColumn} = ${holder.uuid} and permission <> 'none'`.execute(
    db,
  );
  return (numAffectedRows ?? 0n) > 0n;
}

export type AccountPermissionPage = {
  readonly values: readonly { readonly account: Account; readonly permission: ProjectPermission }[];
  readonly size: number;
};

/** A page of the accounts that are given a permission in a place, by user name; `size` counts all pages. */
export async function listAccountPermissions(
  db: Kysely<Schema>,
  place: PermissionTarget,
  { page, pagelen }: Page,
): Promise<AccountPermissionPage> {
  const { table, placeColumn } = names(place.kind, "account");
  const size = await countPermissions(db, place, "account");
  const { rows } = await sql<AccountColumns & { permission: ProjectPermission }>`
    select account.uuid, account.account_id, account.username, account.display_name, account.nickname,
      account.disabled_at, account.created_at, given.permission
    from ${table} as given inner join account on account.uuid = given.account_uuid
    where given.${placeColumn} = ${place.uuid} and given.permission <> 'none'
    order by account.username_key limit ${pagelen} offset ${(page - 1) * pagelen}`.execute(db);
  return { values: rows.map((row) => ({ account: toAccount(row), permission: row.permission })), size };
}

export type GroupPermissionPage = {
  readonly values: readonly { readonly group: Group; readonly permission: ProjectPermission }[];
  readonly size: number;
};

/** A page of the groups that are given a permission in a place, by slug; `size` counts all pages. */
export async function listGroupPermissions(
  db: Kysely<Schema>,
  place: PermissionTarget,
  { page, pagelen }: Page,
): Promise<GroupPermissionPage> {
  const { table, placeColumn } = names(place.kind, "group");
  const size = await countPermissions(db, place, "group");
  const { rows } = await sql<GroupColumns & { permission: ProjectPermission }>`
    select workspace_group.*, given.permission
    from ${table} as given inner join workspace_group on workspace_group.uuid = given.group_uuid
    where given.${placeColumn} = ${place.uuid} and given.permission <> 'none'
    order by workspace_group.slug limit ${pagelen} offset ${(page - 1) * pagelen}`.execute(db);
  return { values: rows.map((row) => ({ group: toGroup(row), permission: row.permission })), size };
}

async function countPermissions(
  db: Kysely<Schema>,
  place: PermissionTarget,
  holder: Grantee["kind"],
): Promise<number> {
  const { table, placeColumn } = names(place.kind, holder);
  const { rows } = await sql<{ size: number }>`select count(*) as size from ${table}
    where ${placeColumn} = ${place.uuid} and permission <> 'none'`.execute(db);
  return rows[0]?.size ?? 0;
}

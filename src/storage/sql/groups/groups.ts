import type { Kysely, Selectable } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Group } from "../../../model/group.ts";
import type { GroupSlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { instant } from "../columns.ts";
import type { WorkspaceGroupRow } from "../schema/groups.ts";
import type { Schema } from "../schema.ts";

export type GroupColumns = Selectable<WorkspaceGroupRow>;

export function toGroup(row: GroupColumns): Group {
  return {
    uuid: row.uuid as Uuid,
    workspaceUuid: row.workspace_uuid as Uuid,
    slug: row.slug as GroupSlug,
    name: row.name,
    createdAt: instant(row.created_at),
  };
}

/** Refused by a unique key if the workspace has a group with this slug. */
export async function insertGroup(db: Kysely<Schema>, group: Group): Promise<void> {
  await db
    .insertInto("workspace_group")
    .values({
      uuid: group.uuid,
      workspace_uuid: group.workspaceUuid,
      slug: group.slug,
      name: group.name,
      created_at: group.createdAt.getTime(),
    })
    .execute();
}

export async function findGroup(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  slug: GroupSlug,
): Promise<Group | undefined> {
  const row = await db
    .selectFrom("workspace_group")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .where("slug", "=", slug)
    .executeTakeFirst();
  return row && toGroup(row);
}

/** @returns false if it has been deleted. */
export async function renameGroupRow(db: Kysely<Schema>, uuid: Uuid, name: string): Promise<boolean> {
  const result = await db
    .updateTable("workspace_group")
    .set({ name })
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The groups of a workspace, by slug. */
export async function listGroups(db: Kysely<Schema>, workspaceUuid: Uuid): Promise<readonly Group[]> {
  const rows = await db
    .selectFrom("workspace_group")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .orderBy("slug")
    .execute();
  return rows.map(toGroup);
}

export async function countGroups(db: Kysely<Schema>, workspaceUuid: Uuid): Promise<number> {
  const { size } = await db
    .selectFrom("workspace_group")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("workspace_uuid", "=", workspaceUuid)
    .executeTakeFirstOrThrow();
  return Number(size);
}

/** Deletes a group with its members and all its permissions. */
export async function deleteGroupRow(db: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await db.deleteFrom("workspace_group").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Does nothing if the account is already in the group. */
export async function insertGroupMember(
  db: Kysely<Schema>,
  groupUuid: Uuid,
  accountUuid: Uuid,
): Promise<void> {
  await db
    .insertInto("group_member")
    .values({ group_uuid: groupUuid, account_uuid: accountUuid })
    .onConflict((conflict) => conflict.columns(["group_uuid", "account_uuid"]).doNothing())
    .execute();
}

/** @returns false if the account was not in the group. */
export async function deleteGroupMember(
  db: Kysely<Schema>,
  groupUuid: Uuid,
  accountUuid: Uuid,
): Promise<boolean> {
  const result = await db
    .deleteFrom("group_member")
    .where("group_uuid", "=", groupUuid)
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** By user name. */
export async function listGroupMembers(db: Kysely<Schema>, groupUuid: Uuid): Promise<readonly Account[]> {
  const rows = await db
    .selectFrom("group_member")
    .innerJoin("account", "account.uuid", "group_member.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .where("group_member.group_uuid", "=", groupUuid)
    .orderBy("account.username_key")
    .execute();
  return rows.map(toAccount);
}

/** Of all groups of a workspace, by group, by user name. In one statement. */
export async function listMembersOfGroups(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
): Promise<ReadonlyMap<Uuid, readonly Account[]>> {
  const rows = await db
    .selectFrom("group_member")
    .innerJoin("workspace_group", "workspace_group.uuid", "group_member.group_uuid")
    .innerJoin("account", "account.uuid", "group_member.account_uuid")
    .select([...ACCOUNT_COLUMNS, "group_member.group_uuid"])
    .where("workspace_group.workspace_uuid", "=", workspaceUuid)
    .orderBy("account.username_key")
    .execute();
  const members = new Map<Uuid, Account[]>();
  for (const row of rows) {
    const known = members.get(row.group_uuid as Uuid);
    if (known === undefined) members.set(row.group_uuid as Uuid, [toAccount(row)]);
    else known.push(toAccount(row));
  }
  return members;
}

/** The slugs of the groups of a workspace that an account is in. */
export async function listGroupSlugsOf(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  accountUuid: Uuid,
): Promise<readonly GroupSlug[]> {
  const rows = await db
    .selectFrom("group_member")
    .innerJoin("workspace_group", "workspace_group.uuid", "group_member.group_uuid")
    .select("workspace_group.slug")
    .where("group_member.account_uuid", "=", accountUuid)
    .where("workspace_group.workspace_uuid", "=", workspaceUuid)
    .orderBy("workspace_group.slug")
    .execute();
  return rows.map(({ slug }) => slug as GroupSlug);
}

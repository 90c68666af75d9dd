import { type Kysely, sql } from "kysely";
import type { GroupDefaults } from "../../../model/group.ts";
import type { Permission } from "../../../model/permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { chunks } from "../chunks.ts";
import { flag } from "../columns.ts";
import type { Schema } from "../schema.ts";

const KEYS_PER_STATEMENT = 500;

/** Of those groups that have some. */
export async function findGroupDefaults(
  db: Kysely<Schema>,
  groupUuids: readonly Uuid[],
): Promise<ReadonlyMap<Uuid, GroupDefaults>> {
  const found = new Map<Uuid, GroupDefaults>();
  for (const part of chunks(groupUuids, KEYS_PER_STATEMENT)) {
    const rows = await db.selectFrom("group_default").selectAll().where("group_uuid", "in", part).execute();
    for (const row of rows)
      found.set(row.group_uuid as Uuid, {
        permission: (row.permission ?? undefined) as GroupDefaults["permission"],
        addsMembers: row.adds_members === 1,
        forwardsMail: row.forwards_mail === 1,
      });
  }
  return found;
}

export async function upsertGroupDefaults(
  tx: Kysely<Schema>,
  groupUuid: Uuid,
  { permission, addsMembers, forwardsMail }: GroupDefaults,
): Promise<void> {
  const row = {
    permission: permission ?? null,
    adds_members: flag(addsMembers),
    forwards_mail: flag(forwardsMail),
  };
  await tx
    .insertInto("group_default")
    .values({ group_uuid: groupUuid, ...row })
    .onConflict((conflict) => conflict.column("group_uuid").doUpdateSet(row))
    .execute();
}

/** Gives the groups of the workspace what they get in each new repository. */
export async function giveDefaultPermissions(
  tx: Kysely<Schema>,
  { uuid, workspace }: { readonly uuid: Uuid; readonly workspace: { readonly uuid: Uuid } },
): Promise<void> {
  const defaults = tx
    .selectFrom("group_default")
    .innerJoin("workspace_group", "workspace_group.uuid", "group_default.group_uuid")
    .where("workspace_group.workspace_uuid", "=", workspace.uuid)
    .where("group_default.permission", "is not", null)
    .select([
      sql<string>`${uuid}`.as("repository_uuid"),
      "group_default.group_uuid",
      sql<Permission>`group_default.permission`.as("permission"),
    ]);
  await tx
    .insertInto("repository_group_permission")
    .columns(["repository_uuid", "group_uuid", "permission"])
    .expression(defaults)
    .execute();
}

/** Puts a new member of the workspace into the groups that take all of them. */
export async function addToOpenGroups(
  tx: Kysely<Schema>,
  workspaceUuid: Uuid,
  accountUuid: Uuid,
): Promise<void> {
  const open = await tx
    .selectFrom("group_default")
    .innerJoin("workspace_group", "workspace_group.uuid", "group_default.group_uuid")
    .where("workspace_group.workspace_uuid", "=", workspaceUuid)
    .where("group_default.adds_members", "=", 1)
    .select("group_default.group_uuid")
    .execute();
  if (open.length === 0) return;
  await tx
    .insertInto("group_member")
    .values(open.map(({ group_uuid }) => ({ group_uuid, account_uuid: accountUuid })))
    .onConflict((conflict) => conflict.columns(["group_uuid", "account_uuid"]).doNothing())
    .execute();
}

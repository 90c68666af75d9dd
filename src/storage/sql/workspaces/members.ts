import { type Kysely, type Selectable, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { Permission } from "../../../model/permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { WorkspaceMember, WorkspaceRole } from "../../../model/workspace.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { Schema, WorkspaceMemberRow } from "../schema.ts";

function toMember(row: Omit<Selectable<WorkspaceMemberRow>, "workspace_uuid" | "added_at">): WorkspaceMember {
  return {
    accountUuid: row.account_uuid as Uuid,
    role: row.role as WorkspaceRole,
    repositoryPermission: row.repository_permission as Permission,
  };
}

/** Makes an account a member, or changes its role. Its first `addedAt` stays. */
export async function upsertMember(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  member: WorkspaceMember,
  addedAt: Date,
): Promise<void> {
  const held = { role: member.role, repository_permission: member.repositoryPermission };
  await db
    .insertInto("workspace_member")
    .values({
      workspace_uuid: workspaceUuid,
      account_uuid: member.accountUuid,
      ...held,
      added_at: addedAt.getTime(),
    })
    .onConflict((conflict) => conflict.columns(["workspace_uuid", "account_uuid"]).doUpdateSet(held))
    .execute();
}

/**
 * Removes an account from a workspace, with all its permissions there: its memberships in groups, and its own permissions
 * in projects and repositories.
 */
export async function deleteMember(
  tx: Kysely<Schema>,
  workspaceUuid: Uuid,
  accountUuid: Uuid,
): Promise<void> {
  const groups = tx.selectFrom("workspace_group").select("uuid").where("workspace_uuid", "=", workspaceUuid);
  const projects = tx.selectFrom("project").select("uuid").where("workspace_uuid", "=", workspaceUuid);
  const repositories = tx.selectFrom("repository").select("uuid").where("workspace_uuid", "=", workspaceUuid);
  await tx
    .deleteFrom("group_member")
    .where("account_uuid", "=", accountUuid)
    .where("group_uuid", "in", groups)
    .execute();
  await tx
    .deleteFrom("project_permission")
    .where("account_uuid", "=", accountUuid)
    .where("project_uuid", "in", projects)
    .execute();
  await tx
    .deleteFrom("project_default_reviewer")
    .where("account_uuid", "=", accountUuid)
    .where("project_uuid", "in", projects)
    .execute();
  await tx
    .deleteFrom("repository_default_reviewer")
    .where("account_uuid", "=", accountUuid)
    .where("repository_uuid", "in", repositories)
    .execute();
  await tx
    .deleteFrom("repository_permission")
    .where("account_uuid", "=", accountUuid)
    .where("repository_uuid", "in", repositories)
    .execute();
  await tx
    .deleteFrom("workspace_member")
    .where("account_uuid", "=", accountUuid)
    .where("workspace_uuid", "=", workspaceUuid)
    .execute();
}

/** How many workspaces an account owns. */
export async function countOwnedWorkspaces(db: Kysely<Schema>, accountUuid: Uuid): Promise<number> {
  const row = await db
    .selectFrom("workspace_member")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("account_uuid", "=", accountUuid)
    .where("role", "=", "owner")
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function findMember(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  accountUuid: Uuid,
): Promise<WorkspaceMember | undefined> {
  const row = await db
    .selectFrom("workspace_member")
    .select(["account_uuid", "role", "repository_permission"])
    .where("workspace_uuid", "=", workspaceUuid)
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return row && toMember(row);
}

export type MemberEntry = {
  readonly member: WorkspaceMember;
  readonly account: Account;
  readonly addedAt: Date;
};

/** The owners and members of a workspace with their accounts, by user name. */
export async function listMembers(db: Kysely<Schema>, workspaceUuid: Uuid): Promise<readonly MemberEntry[]> {
  const rows = await db
    .selectFrom("workspace_member")
    .innerJoin("account", "account.uuid", "workspace_member.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .select([
      "workspace_member.account_uuid",
      "workspace_member.role",
      "workspace_member.repository_permission",
      "workspace_member.added_at",
    ])
    .where("workspace_member.workspace_uuid", "=", workspaceUuid)
    .orderBy("account.username_key")
    .execute();
  return rows.map((row) => ({
    member: toMember(row),
    account: toAccount(row),
    addedAt: instant(row.added_at),
  }));
}

export type MembershipListOptions = {
  readonly workspaceUuid: Uuid;
  /** Whether `user.email` is among the fields. It is compared in lower case. */
  readonly hasEmailField: boolean;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

export type Membership = {
  readonly account: Account;
  readonly role: WorkspaceRole;
  readonly addedAt: Date;
  /** Its primary address, if that is confirmed. */
  readonly email: string | undefined;
};

const MEMBERSHIP_FIELDS: FieldMap = {
  permission: { column: "listed.role", type: "text" },
  added_on: { column: "listed.added_at", type: "instant" },
  "user.uuid": { column: "listed.uuid", type: "uuid" },
  "user.account_id": { column: "listed.account_id", type: "text" },
  "user.nickname": { column: "listed.nickname", type: "text" },
  "user.display_name": { column: "listed.display_name", type: "text" },
};

const EMAIL_FIELDS: FieldMap = {
  ...MEMBERSHIP_FIELDS,
  "user.email": { column: "listed.email_key", type: "text", nullable: true },
};

/**
 * A page of the members of a workspace, by user name unless sorted; `size` counts all pages.
 *
 * @throws Failure invalid-input if the filter or the sort names a field that is not offered.
 */
export async function listMemberships(
  db: Kysely<Schema>,
  options: MembershipListOptions,
): Promise<{ readonly values: readonly Membership[]; readonly size: number }> {
  const { workspaceUuid, hasEmailField, filter, sort, page, pagelen } = options;
  const fields = hasEmailField ? EMAIL_FIELDS : MEMBERSHIP_FIELDS;
  let listed = db.selectFrom(memberships(db, workspaceUuid).as("listed"));
  if (filter !== undefined) listed = listed.where(compileFilter(filter, fields));
  const count = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, fields));
  const rows = await sorted
    .selectAll()
    .orderBy("listed.username_key")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  const values = rows.map((row) => ({
    account: toAccount(row),
    role: row.role as WorkspaceRole,
    addedAt: instant(row.added_at),
    email: row.email ?? undefined,
  }));
  return { values, size: count.size };
}

function memberships(db: Kysely<Schema>, workspaceUuid: Uuid) {
  return db
    .selectFrom("workspace_member")
    .innerJoin("account", "account.uuid", "workspace_member.account_uuid")
    .leftJoin("account_email", (join) =>
      join
        .onRef("account_email.account_uuid", "=", "account.uuid")
        .on(sql<number>`account_email.is_primary`, "=", 1)
        .on("account_email.is_confirmed", "=", 1),
    )
    .select(ACCOUNT_COLUMNS)
    .select([
      "account.username_key",
      "workspace_member.role",
      "workspace_member.added_at",
      "account_email.address as email",
      "account_email.address_key as email_key",
    ])
    .where("workspace_member.workspace_uuid", "=", workspaceUuid);
}

import type { Kysely, Selectable } from "kysely";
import type { OneTimeLink } from "../../../model/one-time-link.ts";
import type { Permission } from "../../../model/permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { WorkspaceRole } from "../../../model/workspace.ts";
import { instant } from "../columns.ts";
import type { OneTimeLinkRow } from "../schema/sign-in.ts";
import type { Schema } from "../schema.ts";

type LinkColumns = Omit<Selectable<OneTimeLinkRow>, "digest" | "address_key">;

const LINK_COLUMNS = [
  "one_time_link.uuid",
  "one_time_link.kind",
  "one_time_link.account_uuid",
  "one_time_link.address",
  "one_time_link.workspace_uuid",
  "one_time_link.group_uuid",
  "one_time_link.role",
  "one_time_link.repository_permission",
  "one_time_link.created_by_uuid",
  "one_time_link.created_at",
  "one_time_link.expires_at",
] as const;

function toLink(row: LinkColumns): OneTimeLink {
  const times = {
    uuid: row.uuid as Uuid,
    createdByUuid: (row.created_by_uuid ?? undefined) as Uuid | undefined,
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
  };
  const accountUuid = row.account_uuid as Uuid;
  const address = row.address!;
  switch (row.kind as OneTimeLink["kind"]) {
    case "first-account":
      return { ...times, kind: "first-account" };
    case "password":
      return { ...times, kind: "password", accountUuid };
    case "email":
      return { ...times, kind: "email", accountUuid, address };
    case "invitation":
      return {
        ...times,
        kind: "invitation",
        address,
        workspaceUuid: row.workspace_uuid as Uuid,
        groupUuid: (row.group_uuid ?? undefined) as Uuid | undefined,
        role: row.role as WorkspaceRole,
        repositoryPermission: row.repository_permission as Permission,
      };
  }
}

/** Stores a link under SHA-256 of its secret, and removes all that have ended. */
export async function insertLink(tx: Kysely<Schema>, link: OneTimeLink, digest: Buffer): Promise<void> {
  await tx.deleteFrom("one_time_link").where("expires_at", "<=", link.createdAt.getTime()).execute();
  const address = "address" in link ? link.address : null;
  const invitation = link.kind === "invitation" ? link : undefined;
  await tx
    .insertInto("one_time_link")
    .values({
      uuid: link.uuid,
      kind: link.kind,
      digest,
      account_uuid: "accountUuid" in link ? link.accountUuid : null,
      address,
      address_key: address?.toLowerCase() ?? null,
      workspace_uuid: invitation?.workspaceUuid ?? null,
      group_uuid: invitation?.groupUuid ?? null,
      role: invitation?.role ?? null,
      repository_permission: invitation?.repositoryPermission ?? null,
      created_by_uuid: link.createdByUuid ?? null,
      created_at: link.createdAt.getTime(),
      expires_at: link.expiresAt.getTime(),
    })
    .execute();
}

/** By SHA-256 of its secret, if it has not ended. */
export async function findLink(
  db: Kysely<Schema>,
  digest: Buffer,
  now: Date,
): Promise<OneTimeLink | undefined> {
  const row = await db
    .selectFrom("one_time_link")
    .select(LINK_COLUMNS)
    .where("digest", "=", digest)
    .where("expires_at", ">", now.getTime())
    .executeTakeFirst();
  return row && toLink(row);
}

/** @returns false if it was used meanwhile: of two who use a link at once, one wins. */
export async function deleteLink(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx.deleteFrom("one_time_link").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Those of an account that let somebody choose its password. */
export async function deletePasswordLinks(tx: Kysely<Schema>, accountUuid: Uuid): Promise<void> {
  await tx
    .deleteFrom("one_time_link")
    .where("account_uuid", "=", accountUuid)
    .where("kind", "=", "password")
    .execute();
}

export async function countPasswordLinks(db: Kysely<Schema>, accountUuid: Uuid, now: Date): Promise<number> {
  const row = await db
    .selectFrom("one_time_link")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("account_uuid", "=", accountUuid)
    .where("kind", "=", "password")
    .where("expires_at", ">", now.getTime())
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function deleteFirstAccountLinks(tx: Kysely<Schema>): Promise<void> {
  await tx.deleteFrom("one_time_link").where("kind", "=", "first-account").execute();
}

/** Earlier invitations of the same address to the same workspace. */
export async function deleteInvitationsOf(
  tx: Kysely<Schema>,
  workspaceUuid: Uuid,
  address: string,
): Promise<void> {
  await tx
    .deleteFrom("one_time_link")
    .where("workspace_uuid", "=", workspaceUuid)
    .where("address_key", "=", address.toLowerCase())
    .execute();
}

/** The invitations to a workspace that have not ended, newest first. */
export async function listInvitations(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  now: Date,
): Promise<readonly Extract<OneTimeLink, { kind: "invitation" }>[]> {
  const rows = await db
    .selectFrom("one_time_link")
    .select(LINK_COLUMNS)
    .where("workspace_uuid", "=", workspaceUuid)
    .where("expires_at", ">", now.getTime())
    .orderBy("created_at", "desc")
    .orderBy("uuid")
    .execute();
  return rows.map(toLink).filter((link) => link.kind === "invitation");
}

/** The addresses that an account has still to confirm, oldest first. */
export async function listPendingAddresses(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  now: Date,
): Promise<readonly Extract<OneTimeLink, { kind: "email" }>[]> {
  const rows = await db
    .selectFrom("one_time_link")
    .select(LINK_COLUMNS)
    .where("account_uuid", "=", accountUuid)
    .where("kind", "=", "email")
    .where("expires_at", ">", now.getTime())
    .orderBy("created_at")
    .orderBy("uuid")
    .execute();
  return rows.map(toLink).filter((link) => link.kind === "email");
}

/** @returns false if the account has no such address to confirm. */
export async function deletePendingAddress(
  tx: Kysely<Schema>,
  accountUuid: Uuid,
  address: string,
): Promise<boolean> {
  const result = await tx
    .deleteFrom("one_time_link")
    .where("account_uuid", "=", accountUuid)
    .where("kind", "=", "email")
    .where("address_key", "=", address.toLowerCase())
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

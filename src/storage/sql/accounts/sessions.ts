import type { Kysely, Selectable } from "kysely";
import type { Session } from "../../../model/session.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { SessionRow } from "../schema/sessions.ts";
import type { Schema } from "../schema.ts";
import { PRIVATE_CONTENT_RULES } from "../tokens/private-content-rules.ts";

/** The columns of a session, without its digest. */
export const SESSION_COLUMNS = [
  "session.uuid",
  "session.account_uuid",
  "session.created_at",
  "session.authenticated_at",
  "session.last_used_at",
  "session.expires_at",
  "session.address",
  "session.client",
] as const;

export function toSession(row: Omit<Selectable<SessionRow>, "digest">): Session {
  return {
    uuid: row.uuid as Uuid,
    accountUuid: row.account_uuid as Uuid,
    createdAt: instant(row.created_at),
    authenticatedAt: instant(row.authenticated_at),
    lastUsedAt: instant(row.last_used_at),
    expiresAt: instant(row.expires_at),
    address: row.address,
    client: row.client,
  };
}

/** Stores a session under SHA-256 of its cookie's value. */
export async function insertSession(db: Kysely<Schema>, session: Session, digest: Buffer): Promise<void> {
  await db
    .insertInto("session")
    .values({
      uuid: session.uuid,
      account_uuid: session.accountUuid,
      digest,
      created_at: session.createdAt.getTime(),
      authenticated_at: session.authenticatedAt.getTime(),
      last_used_at: session.lastUsedAt.getTime(),
      expires_at: session.expiresAt.getTime(),
      address: session.address,
      client: session.client,
    })
    .execute();
}

/** @returns false if it had ended before. */
export async function deleteSession(db: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await db.deleteFrom("session").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Those of an account, but for one. @returns how many there were. */
export async function deleteSessions(
  tx: Kysely<Schema>,
  { accountUuid, except }: { readonly accountUuid: Uuid; readonly except?: Uuid | undefined },
): Promise<number> {
  let query = tx.deleteFrom("session").where("account_uuid", "=", accountUuid);
  if (except !== undefined) query = query.where("uuid", "!=", except);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

/** All of an account, also those that have ended by their age, latest use first. */
export async function listSessions(db: Kysely<Schema>, accountUuid: Uuid): Promise<readonly Session[]> {
  const rows = await db
    .selectFrom("session")
    .select(SESSION_COLUMNS)
    .where("account_uuid", "=", accountUuid)
    .orderBy("last_used_at", "desc")
    .orderBy("uuid")
    .execute();
  return rows.map(toSession);
}

/** Writes the last use, unless one from `notBefore` to `at` is stored already. */
export async function touchSession(
  db: Kysely<Schema>,
  uuid: Uuid,
  { at, notBefore, address }: { readonly at: Date; readonly notBefore: Date; readonly address: string },
): Promise<void> {
  await db
    .updateTable("session")
    .set({ last_used_at: at.getTime(), address })
    .where("uuid", "=", uuid)
    .where((eb) =>
      eb.or([eb("last_used_at", "<", notBefore.getTime()), eb("last_used_at", ">", at.getTime())]),
    )
    .execute();
}

/** The statement of the look-up by digest: a session and its account in one row. */
export function sessionByDigestQuery(db: Kysely<Schema>, digest: Buffer) {
  return db
    .selectFrom("session")
    .innerJoin("account", "account.uuid", "session.account_uuid")
    .select(SESSION_COLUMNS)
    .select([
      "account.account_kind",
      "account.account_id",
      "account.username",
      "account.display_name",
      "account.nickname",
      "account.disabled_at",
      "account.created_at as account_created_at",
    ])
    .select(PRIVATE_CONTENT_RULES.as("rules"))
    .where("session.digest", "=", digest);
}

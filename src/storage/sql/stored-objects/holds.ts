import { type Kysely, sql } from "kysely";
import { databaseNow } from "../database-now.ts";
import type { Schema } from "../schema.ts";

/** How long a hold is valid without being renewed. */
export const HOLD_MS = 15 * 60_000;

/**
 * Nothing that loses its last name from now on is deleted before the hold has ended. It must be there before the snapshot
 * begins which it is for.
 *
 * @param id unique.
 */
export async function takeHold(
  db: Kysely<Schema>,
  { id, purpose }: { readonly id: string; readonly purpose: string },
): Promise<void> {
  await db
    .insertInto("hold")
    .values({ id, purpose, expires_at: endOfHold(db) })
    .execute();
}

/** @returns false if it has expired: what it was for may be gone. */
export async function renewHold(db: Kysely<Schema>, id: string): Promise<boolean> {
  const result = await db
    .updateTable("hold")
    .set({ expires_at: endOfHold(db) })
    .where("id", "=", id)
    .where("expires_at", ">", databaseNow(db))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function endHold(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom("hold").where("id", "=", id).execute();
}

/** Holds whose holders have died. */
export async function deleteExpiredHolds(db: Kysely<Schema>): Promise<void> {
  const expired = db.selectFrom("hold").select("id").where("expires_at", "<=", databaseNow(db));
  if ((await expired.limit(1).executeTakeFirst()) === undefined) return;
  await db.deleteFrom("hold").where("expires_at", "<=", databaseNow(db)).execute();
}

function endOfHold(db: Kysely<Schema>) {
  return sql<number>`${databaseNow(db)} + ${sql.lit(HOLD_MS)}`;
}

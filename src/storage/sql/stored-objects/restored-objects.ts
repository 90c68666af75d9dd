import type { Kysely } from "kysely";
import { databaseNow } from "../database-now.ts";
import type { Schema } from "../schema.ts";

/** Condemns what a restore has uploaded that was cut off, before another one begins. */
export async function condemnPending(db: Kysely<Schema>): Promise<void> {
  await db
    .updateTable("stored_object")
    .set({ state: "deleting", state_at: databaseNow(db) })
    .where("state", "=", "pending")
    .execute();
}

/** Deletes the rows of objects that get others in the same transaction. @returns how many. */
export async function deletePending(tx: Kysely<Schema>): Promise<number> {
  const result = await tx.deleteFrom("stored_object").where("state", "=", "pending").executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** The database's clock, in milliseconds: objects that a restore has uploaded get this time. */
export async function readDatabaseTime(db: Kysely<Schema>): Promise<number> {
  const row = await db.selectNoFrom(databaseNow(db).as("now")).executeTakeFirstOrThrow();
  return Number(row.now);
}

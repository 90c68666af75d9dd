import type { Kysely } from "kysely";
import { databaseNow } from "../database-now.ts";
import type { Schema } from "../schema.ts";
import type { ObjectName } from "./stored-objects.ts";

/** @returns those of the names that have no row. */
export async function listUnknownNames(
  db: Kysely<Schema>,
  names: readonly ObjectName[],
): Promise<readonly ObjectName[]> {
  if (names.length === 0) return [];
  const rows = await db.selectFrom("stored_object").select("name").where("name", "in", names).execute();
  const known = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !known.has(name));
}

/**
 * Condemns objects that were found in the store and have no row.
 *
 * @returns their names. All others have rows.
 */
export async function condemnUnknownObjects(
  db: Kysely<Schema>,
  names: readonly ObjectName[],
): Promise<readonly ObjectName[]> {
  const unknown = await listUnknownNames(db, names);
  if (unknown.length === 0) return [];
  const rows = await db
    .insertInto("stored_object")
    .values(
      unknown.map((name) => ({
        name,
        kind: "derived" as const,
        state: "deleting" as const,
        names: 0,
        made_by: "found in the store",
        state_at: databaseNow(db),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning("name")
    .execute();
  return rows.map(({ name }) => name as ObjectName);
}

/** The database's time, to which the store's is compared, and whether the last listing is so long ago. */
export async function findListingState(
  db: Kysely<Schema>,
  everyMs: number,
): Promise<{ readonly now: Date; readonly isDue: boolean }> {
  const row = await db
    .selectNoFrom((eb) => [
      databaseNow(db).as("now"),
      eb.selectFrom("installation").select("objects_listed_at").limit(1).as("listed_at"),
    ])
    .executeTakeFirstOrThrow();
  const now = Number(row.now);
  return { now: new Date(now), isDue: row.listed_at === null || row.listed_at <= now - everyMs };
}

export async function noteListing(db: Kysely<Schema>): Promise<void> {
  await db
    .updateTable("installation")
    .set({ objects_listed_at: databaseNow(db) })
    .execute();
}

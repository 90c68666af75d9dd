import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";

/** The id of this database; undefined if it has none yet. */
export async function findInstallationId(db: Kysely<Schema>): Promise<string | undefined> {
  return (await db.selectFrom("installation").select("id").executeTakeFirst())?.id;
}

/** @returns the id that the database has now: another process may have set one before. */
export async function adoptInstallationId(db: Kysely<Schema>, id: string): Promise<string> {
  await db
    .insertInto("installation")
    .values({ number: 1, id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await findInstallationId(db)) ?? id;
}

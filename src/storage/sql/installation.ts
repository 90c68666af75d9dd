import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";

/** What database this is; undefined until it has been told. */
export async function findInstallationId(db: Kysely<Schema>): Promise<string | undefined> {
  return (await db.selectFrom("installation").select("id").executeTakeFirst())?.id;
}

/** @returns the id that the database has now: that of whoever was first. */
export async function adoptInstallationId(db: Kysely<Schema>, id: string): Promise<string> {
  await db
    .insertInto("installation")
    .values({ number: 1, id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await findInstallationId(db)) ?? id;
}

import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";

/** Whether the database names anything that must lie in a store, and not in itself. */
export async function namesObjectsInStore(db: Kysely<Schema>): Promise<boolean> {
  const row = await db
    .selectFrom("stored_object")
    .leftJoin("inline_object", "inline_object.name", "stored_object.name")
    .select("stored_object.name")
    .where("stored_object.state", "=", "named")
    .where("inline_object.name", "is", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

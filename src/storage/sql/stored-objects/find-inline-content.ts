import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import type { ObjectName } from "./stored-objects.ts";

/** The contents of objects that are kept in the database, by name. Those that are not are left out. */
export async function findInlineContent(
  db: Kysely<Schema>,
  names: readonly ObjectName[],
): Promise<ReadonlyMap<ObjectName, Buffer>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom("inline_object")
    .select(["name", "content"])
    .where("name", "in", names)
    .execute();
  return new Map(rows.map((row) => [row.name as ObjectName, row.content]));
}

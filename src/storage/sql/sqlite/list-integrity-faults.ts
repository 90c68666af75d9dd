import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";

/** The faults that SQLite finds in the database, in words; none if it is intact. */
export async function listIntegrityFaults(db: Kysely<Schema>): Promise<readonly string[]> {
  const checked = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
  const dangling = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(db);
  return [
    ...checked.rows.map((row) => row.integrity_check).filter((text) => text !== "ok"),
    ...dangling.rows.map(({ table, parent }) => `a row of ${table} names no row of ${parent}`),
  ];
}

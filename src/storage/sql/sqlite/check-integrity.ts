import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";

/** What SQLite itself finds wrong with the database, in words; nothing if it is whole. */
export async function listIntegrityFaults(db: Kysely<Schema>): Promise<readonly string[]> {
  const checked = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
  const dangling = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(db);
  return [
    ...checked.rows.map((row) => row.integrity_check).filter((text) => text !== "ok"),
    ...dangling.rows.map(({ table, parent }) => `a row of ${table} names no row of ${parent}`),
  ];
}

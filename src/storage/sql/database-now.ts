import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { Schema } from "./schema.ts";

/**
 * The database's own clock, in milliseconds: the clocks of the servers may differ. Not `now()`, which is when the
 * transaction began.
 */
export function databaseNow(db: Kysely<Schema>) {
  return isPostgres(db)
    ? sql<number>`cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)`
    : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
}

export function isPostgres(db: Kysely<Schema>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

import type { Kysely } from "kysely";
import { hasApplied } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import type { Schema } from "./schema.ts";

export type DatabaseState = "current" | "lacks-migrations";

/** Asks the database for the migrations that it has. @throws what the driver throws if there is no answer. */
export async function readDatabaseState(kysely: Kysely<Schema>): Promise<DatabaseState> {
  return (await hasApplied(kysely as Kysely<unknown>, MIGRATIONS)) ? "current" : "lacks-migrations";
}

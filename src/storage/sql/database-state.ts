import { type Kysely, sql } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { Connections } from "./connections.ts";
import { errorCode } from "./database-failure.ts";
import { compareMigrations, hasApplied } from "./migrate.ts";
import type { Dialect } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import type { DatabaseSettings } from "./open-database.ts";
import { openPostgres } from "./postgres/open-postgres.ts";
import type { Schema } from "./schema.ts";
import { openSqlite } from "./sqlite/open-sqlite.ts";

export type DatabaseState = "current" | "lacks-migrations";

/** Asks the database for the migrations that it has. @throws what the driver throws if there is no answer. */
export async function readDatabaseState(kysely: Kysely<Schema>): Promise<DatabaseState> {
  return (await hasApplied(kysely as Kysely<unknown>, MIGRATIONS)) ? "current" : "lacks-migrations";
}

/** What is found in a database without changing it: no migration is applied. */
export type DatabaseReport =
  | {
      readonly kind: "answers";
      readonly dialect: Dialect;
      /** Of the program: `18.1`, or of SQLite `3.50.4`. */
      readonly version: string;
      readonly migrations: "all" | "lacks-some" | "of-newer-version" | "none";
      /** What the database takes for the time; undefined for SQLite, which has no clock of its own. */
      readonly now: Date | undefined;
    }
  /** `problem` has no password in it. */
  | { readonly kind: "fails"; readonly problem: string };

export async function readDatabaseReport(settings: DatabaseSettings): Promise<DatabaseReport> {
  try {
    return await withUnmigrated(settings, reportOn);
  } catch (error) {
    return {
      kind: "fails",
      problem: error instanceof Failure ? error.message : (errorCode(error) ?? "the reason is unknown"),
    };
  }
}

/** Opens a database as it is: no migration is applied, and there may be none. */
export async function withUnmigrated<T>(
  settings: DatabaseSettings,
  work: (connections: Connections) => Promise<T>,
): Promise<T> {
  const connections =
    settings.kind === "sqlite"
      ? await openSqlite(settings, true)
      : await openPostgres({ ...settings, connectionsMax: 1 });
  try {
    return await work(connections);
  } finally {
    await connections.close();
  }
}

async function reportOn({ dialect, kysely }: Connections): Promise<DatabaseReport> {
  const { rows } =
    dialect === "postgres"
      ? await sql<{ version: string; now: number }>`select current_setting('server_version') as version,
          extract(epoch from clock_timestamp())::float8 * 1000 as now`.execute(kysely)
      : await sql<{ version: string; now?: number }>`select sqlite_version() as version`.execute(kysely);
  const { version, now } = rows[0]!;
  return {
    kind: "answers",
    dialect,
    version,
    migrations: await compareMigrations(kysely as Kysely<unknown>, dialect, MIGRATIONS),
    now: now === undefined ? undefined : new Date(now),
  };
}

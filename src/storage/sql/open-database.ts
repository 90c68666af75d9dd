import { statSync } from "node:fs";
import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import { applyMigrations } from "./apply-migrations.ts";
import type { Database } from "./database.ts";
import { guardTransactions } from "./guard-transactions.ts";
import { createLookups } from "./lookups/lookups.ts";
import { hasApplied, isUpToDate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { openPostgres, type PostgresSettings } from "./postgres/open-postgres.ts";
import { openSqlite, type SqliteSettings } from "./sqlite/open-sqlite.ts";

export type DatabaseSettings = SqliteSettings | PostgresSettings;

export type OpenOptions = {
  /**
   * Called if no account exists in the database: if there are repositories, it is the wrong database, or the right one
   * was lost.
   */
  readonly mayBeNew?: () => Promise<boolean>;
  /** Whether a SQLite file is checked for damage, if it is small enough. */
  readonly isChecked?: boolean;
  /** Whether it is for a server that runs already: beside it, one of the next version may have migrated the database. */
  readonly mayBeNewer?: boolean;
};

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws Failure unavailable if it cannot be reached, is not of UTF-8, is damaged or lost, or a newer version has written it.
 */
export async function openDatabase(
  settings: DatabaseSettings,
  { mayBeNew = async () => true, isChecked = false, mayBeNewer = false }: OpenOptions = {},
): Promise<Database> {
  if (settings.kind === "sqlite" && isEmptyFile(settings.path) && !(await mayBeNew())) throw lostDatabase();
  const connections =
    settings.kind === "sqlite" ? await openSqlite(settings, isChecked) : await openPostgres(settings);
  try {
    const { dialect } = connections;
    const database = guardTransactions(connections);
    const untyped = connections.kysely as Kysely<unknown>;
    const isCurrent = mayBeNewer
      ? await hasApplied(untyped, MIGRATIONS)
      : await isUpToDate(untyped, dialect, MIGRATIONS);
    if (!isCurrent) await applyMigrations({ dialect, ...database }, MIGRATIONS, new Date());
    const account = await connections.kysely.selectFrom("account").select("uuid").limit(1).executeTakeFirst();
    if (account === undefined && !(await mayBeNew())) throw lostDatabase();
    const prepared = createLookups(connections.kysely, connections.prepare);
    return { dialect, ...connections.cacheLookups(prepared), ...database, close: connections.close };
  } catch (error) {
    await connections.close();
    throw error;
  }
}

/** SQLite takes a file that is empty for a new database. */
function isEmptyFile(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function lostDatabase(): Failure {
  return new Failure(
    "unavailable",
    "Cannot open the database: it is missing or empty, but the data folder has repositories or downloads. Use the database that belongs to them, or restore the last backup into a new folder (pail restore)",
  );
}

import { setTimeout as delay } from "node:timers/promises";
import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import type { Dialect, Migration } from "./migrations/migration.ts";

/** Others wait behind a migration that waits for a table, so between two tries they have their turn. */
const PAUSE_MS = 2_000;
const TRIES_MAX = 60;

/**
 * Brings the schema up to date, in one transaction, while other servers use the database. A table that somebody else holds is
 * waited for only shortly, again and again.
 *
 * @throws Failure unavailable if a newer version has written the database, or its tables are held all the time.
 */
export async function applyMigrations(
  { dialect, transaction }: { readonly dialect: Dialect } & Pick<Database, "transaction">,
  migrations: readonly Migration[],
  now: Date,
  {
    pauseMs = PAUSE_MS,
    triesMax = TRIES_MAX,
  }: { readonly pauseMs?: number; readonly triesMax?: number } = {},
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await transaction((tx) => migrate(tx as Kysely<unknown>, dialect, migrations, now), { isLong: true });
      return;
    } catch (error) {
      if (!isLockMissing(error)) throw error;
      if (tries >= triesMax)
        throw new Failure(
          "unavailable",
          "Cannot migrate the database: other programs hold its tables all the time, as a backup may do: start again later",
        );
      await delay(pauseMs);
    }
  }
}

/** PostgreSQL, appendix A: lock_not_available. */
function isLockMissing(error: unknown): boolean {
  return error instanceof Failure && error.details.reason === "database: 55P03";
}

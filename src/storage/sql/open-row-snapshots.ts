import { rm } from "node:fs/promises";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { makeFolders } from "../files/make-folders.ts";
import type { Database } from "./database.ts";
import type { DatabaseSettings } from "./open-database.ts";
import { openPostgresRowSnapshots } from "./postgres/postgres-row-snapshots.ts";
import type { RowSnapshots } from "./row-snapshot.ts";
import { createSnapshot } from "./snapshot.ts";

type SnapshotDatabase = Pick<Database, "dialect" | "kysely" | "transaction">;

/** `folder`: for those of SQLite. Those of PostgreSQL are schemas. What an earlier server has left of either is removed. */
export async function openRowSnapshots(
  database: SnapshotDatabase,
  settings: DatabaseSettings,
  folder: string,
): Promise<RowSnapshots> {
  if (settings.kind === "postgres") return openPostgresRowSnapshots(database);
  await rm(folder, { recursive: true, force: true });
  await makeFolders(folder);
  return {
    async save() {
      const path = join(folder, await createSnapshot(database, folder));
      return {
        restore: () => restorePages(path, settings.path),
        remove: () => rm(path),
      };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * Page by page, as SQLite's online backup does, into the database in use: no trigger runs, so the audit log, which is only added to,
 * goes back too. For other connections it is a commit.
 */
async function restorePages(from: string, to: string): Promise<void> {
  const saved = new SqliteDatabase(from, { readonly: true, fileMustExist: true });
  try {
    await saved.backup(to);
  } finally {
    saved.close();
  }
}

import { closeSync, openSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { sql } from "kysely";
import type { Uuid } from "../../model/uuid.ts";
import { syncFolder } from "../sync-folder.ts";
import { copyPostgresToFile } from "./copy-rows.ts";
import type { Database } from "./open-database.ts";

/**
 * Writes the database of one moment into a new file of SQLite, while others read and write it. The file has no others beside
 * it, and survives a loss of power.
 */
export async function writeSnapshot(
  database: Pick<Database, "dialect" | "kysely">,
  path: string,
): Promise<void> {
  if (database.dialect === "postgres") return copyPostgresToFile(database, path);
  // SQLite, "VACUUM INTO": the file must not exist or be empty. Made here, it is readable by its owner only.
  closeSync(openSync(path, "wx", 0o600));
  await sql`vacuum into ${path}`.execute(database.kysely);
  await syncFolder(path);
}

/** What a snapshot says of the files that belong to it, and how much it holds. */
export type SnapshotContent = {
  /** Numbers of rows, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly repositories: readonly Uuid[];
  readonly downloads: readonly { readonly repositoryUuid: Uuid; readonly fileUuid: Uuid }[];
};

/** @throws Error of SQLite's if it is none, or damaged. */
export function readSnapshot(path: string): SnapshotContent {
  const database = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  try {
    const all = <Row>(text: string) => database.prepare<unknown[], Row>(text).all();
    const check = all<{ integrity_check: string }>("pragma integrity_check")[0]?.integrity_check;
    if (check !== "ok") throw new Error(`${path} is damaged: ${check}`);
    const tables = all<{ name: string }>(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name",
    );
    const rows = tables.map(({ name }): [string, number] => {
      const [count] = all<{ count: number }>(`select count(*) as count from "${name}"`);
      return [name, count!.count];
    });
    return {
      rows: Object.fromEntries(rows),
      repositories: all<{ uuid: Uuid }>("select uuid from repository").map(({ uuid }) => uuid),
      downloads: all("select repository_uuid as repositoryUuid, file_uuid as fileUuid from download"),
    };
  } finally {
    database.close();
  }
}

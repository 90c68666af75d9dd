import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { sql } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { copyPostgresToFile } from "./copy-rows.ts";
import type { Database } from "./database.ts";
import { damagedDatabase, errorCode, isDamageCode, translateDatabaseError } from "./database-failure.ts";

type SnapshotSource = Pick<Database, "dialect" | "kysely">;

/**
 * Writes the database at one moment into a new SQLite file below `folder`, while others read and write it. The file has
 * no journal beside it, and survives a loss of power. If it fails, nothing is left behind.
 *
 * @returns the name of the file.
 */
export async function createSnapshot(database: SnapshotSource, folder: string): Promise<string> {
  const name = `pail-${randomUUID()}.sqlite`;
  const path = join(folder, name);
  try {
    if (database.dialect === "postgres") await copyPostgresToFile(database, path);
    else await copySqliteToFile(database, path);
    return name;
  } catch (error) {
    for (const beside of ["", "-wal", "-shm", "-journal"]) await rm(`${path}${beside}`, { force: true });
    throw explain(error, folder);
  }
}

async function copySqliteToFile({ kysely }: SnapshotSource, path: string): Promise<void> {
  // SQLite, "VACUUM INTO": the file must not exist, or be empty. It is created here so that only its owner can read it.
  closeSync(openSync(path, "wx", 0o600));
  await sql`vacuum into ${path}`.execute(kysely);
  await syncFolder(path);
}

/**
 * SQLite does not say which of the two files has no space, and reports duplicate rows, a sign of damage, as a
 * constraint.
 */
function explain(error: unknown, folder: string): unknown {
  const told = error instanceof Failure ? error.details.reason : errorCode(error);
  if (told?.includes("SQLITE_FULL") === true)
    return new Failure("unavailable", `Cannot back up: there is no room left for the database in ${folder}`);
  if (told?.includes("SQLITE_CONSTRAINT") === true) return damagedDatabase(told);
  return error;
}

/** What a snapshot says about the files that belong to it, and its size. */
export type SnapshotContent = {
  /** Numbers of rows, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly repositories: readonly Uuid[];
  readonly downloads: readonly {
    readonly repositoryUuid: Uuid;
    readonly fileUuid: Uuid;
    readonly sizeBytes: number;
  }[];
};

/** @throws Failure unavailable if the file is not a snapshot, or is damaged. */
export function readSnapshot(path: string): SnapshotContent {
  let database: SqliteDatabase.Database | undefined;
  try {
    database = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
    const opened = database;
    const all = <Row>(text: string) => opened.prepare<unknown[], Row>(text).all();
    const check = all<{ integrity_check: string }>("pragma integrity_check")[0]?.integrity_check;
    if (check !== "ok") throw new Failure("unavailable", `${path} is damaged: ${check}`);
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
      downloads: all(
        "select repository_uuid as repositoryUuid, file_uuid as fileUuid, size_bytes as sizeBytes from download",
      ),
    };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = errorCode(error);
    if (code === undefined || !isDamageCode(code)) throw translateDatabaseError(error);
    throw new Failure("unavailable", `${path} is damaged`, { reason: code });
  } finally {
    database?.close();
  }
}

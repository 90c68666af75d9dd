import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { type CompiledQuery, Kysely } from "kysely";
import { Failure } from "../../../model/failure.ts";
import { type Connections, type MakeRoom, NO_ROOM, withRoom } from "../connections.ts";
import { damagedDatabase, errorCode, translateDatabaseError } from "../database-failure.ts";
import { cacheLookups } from "../lookups/cached-lookups.ts";
import type { Schema } from "../schema.ts";
import { BUSY_TIMEOUT_MS, retryWhileBusy, sqliteDialect } from "./sqlite-dialect.ts";
import { addSqliteFunctions } from "./sqlite-functions.ts";

export type SqliteSettings = {
  readonly kind: "sqlite";
  readonly path: string;
  /** Releases some of the disk reserve. False if there is nothing left. */
  readonly makeRoom?: MakeRoom;
};

/** Takes some 6 ms a megabyte. */
const CHECKED_BYTES_MAX = 16 * 1024 * 1024;

export async function openSqlite(
  { path, makeRoom = NO_ROOM }: SqliteSettings,
  isChecked: boolean,
): Promise<Connections> {
  openForWriting(path);
  // The files beside it are made when it is opened. Who cannot open it cannot revoke anything.
  const [writer, reader] = await withRoom(makeRoom, () => openConnections(path, isChecked));
  // SQLite, "PRAGMA data_version": changes when another connection has committed, of this process or of any other.
  const dataVersion = reader.prepare<unknown[], number>("pragma data_version").pluck();
  const version = oncePerTurn(() => runTranslated(() => dataVersion.get()!));
  const kysely = new Kysely<Schema>({ dialect: sqliteDialect({ writer, reader }, version.forget) });
  return {
    dialect: "sqlite",
    kysely,
    transaction: (work) => kysely.transaction().execute(work),
    cacheLookups(prepared) {
      const lookups = cacheLookups(prepared, version.read);
      return { lookups, requestLookups: () => ({ version: version.read(), lookups }) };
    },
    prepare<Row>(_name: string, query: CompiledQuery<Row>) {
      const statement = reader.prepare<unknown[], Row>(query.sql);
      return (values) => runTranslated(() => statement.all(...values));
    },
    // All writes of a process go one after another already.
    takeSubject: async () => () => {},
    makeRoom,
    async close() {
      reader.close();
      await kysely.destroy();
      writer.close();
    },
  };
}

/** Finds damaged pages at the start, rather than when they are next read, which may be months later. */
function requireSound(connection: SqliteDatabase.Database, path: string): void {
  if (statSync(path).size > CHECKED_BYTES_MAX) return;
  const found = connection.pragma("quick_check(1)", { simple: true });
  if (found !== "ok") throw damagedDatabase(String(found));
}

function openConnections(path: string, isChecked: boolean) {
  return retryWhileBusy(() => {
    // SQLite itself does not wait: `retryWhileBusy` does, for as long.
    const connection = new SqliteDatabase(path, { timeout: 0 });
    try {
      connection.pragma("journal_mode = WAL");
      connection.pragma("synchronous = FULL");
      connection.pragma("foreign_keys = ON");
      if (isChecked) requireSound(connection, path);
      const reading = new SqliteDatabase(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
      return [addSqliteFunctions(connection), addSqliteFunctions(reading)] as const;
    } catch (error) {
      connection.close();
      throw error;
    }
  });
}

/** SQLite itself would say of the file, and of the files that it makes beside it, that they cannot be opened, and not why. */
function openForWriting(path: string): void {
  const folder = dirname(path);
  let tried = folder;
  try {
    accessSync(folder, constants.W_OK);
    tried = path;
    // The database has digests of passwords and tokens. SQLite gives the files beside it the same mode.
    closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    const code = errorCode(error);
    if (code !== "EACCES" && code !== "EROFS" && code !== "EPERM") throw translateDatabaseError(error);
    throw new Failure("unavailable", `Cannot open the database: ${tried} can only be read`, { reason: code });
  }
}

/**
 * Reads a value once in a turn of the event loop, until `forget` is called. A request that is handled in this turn had
 * arrived when the turn began, or was still being sent, so it need not see what others commit during the turn.
 */
function oncePerTurn<T>(read: () => T): { read(): T; forget(): void } {
  let known: { readonly value: T } | undefined;
  const forget = () => {
    known = undefined;
  };
  return {
    read() {
      if (known === undefined) {
        known = { value: read() };
        setImmediate(forget);
      }
      return known.value;
    },
    forget,
  };
}

function runTranslated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

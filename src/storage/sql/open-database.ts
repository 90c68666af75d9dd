import { AsyncLocalStorage } from "node:async_hooks";
import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { type CompiledQuery, Kysely, type KyselyPlugin, sql } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { Secret } from "../../model/secret.ts";
import {
  damagedDatabase,
  errorCode,
  isDiskFull,
  isWorthRepeating,
  translateDatabaseError,
} from "./database-failure.ts";
import type { AdmissionKeys } from "./lookups/admission.ts";
import { cacheLookups } from "./lookups/cached-lookups.ts";
import type { DatabaseMoment } from "./lookups/database-moment.ts";
import { type Awaitable, createLookups, type Lookups, type Prepare } from "./lookups/lookups.ts";
import { isUpToDate, migrate } from "./migrate.ts";
import type { Dialect } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { postgresDialect } from "./postgres/postgres-driver.ts";
import { cachePostgresLookups } from "./postgres/postgres-lookups.ts";
import {
  openPostgresPool,
  POSTGRES_LIMITS,
  type PostgresLimits,
  WAITING_MAX,
} from "./postgres/postgres-pool.ts";
import type { Schema } from "./schema.ts";
import { BUSY_TIMEOUT_MS, retryWhileBusy, sqliteDialect } from "./sqlite/sqlite-driver.ts";
import { addSqliteFunctions } from "./sqlite/sqlite-functions.ts";
import { openSubjectTurns } from "./subject-turns.ts";
import { type TransactionOptions, transactionOptions } from "./transaction-options.ts";

export type DatabaseSettings =
  | {
      readonly kind: "sqlite";
      readonly path: string;
      /** Gives up something that is kept for when the disk is full. False: there is no more. */
      readonly makeRoom?: MakeRoom;
    }
  | {
      readonly kind: "postgres";
      readonly url: Secret;
      readonly connectionsMax?: number;
      readonly limits?: Partial<PostgresLimits>;
    };

export type MakeRoom = () => Promise<boolean>;

export type Database = {
  readonly dialect: Dialect;
  /** For what needs no transaction. Inside `transaction` it throws: there, only `tx` may be used. */
  readonly kysely: Kysely<Schema>;
  /** The hot look-ups, by prepared statements. They see what is committed, even inside `transaction`. */
  readonly lookups: Lookups;
  /**
   * The database for a request that has just come. What was looked up before is known, if nothing has been committed since.
   *
   * @param keys what the request will be let in by, so that it is asked for together where that is quicker.
   */
  moment(keys: AdmissionKeys | undefined): Awaitable<DatabaseMoment>;
  /**
   * Commits if `work` resolves, rolls back if it throws. SQLite: holds the write lock from the beginning. PostgreSQL: READ
   * COMMITTED, so what `work` decides by must be locked (`lock-row.ts`) or be a condition of its statement; after an error in
   * a statement the whole transaction must be given up. A deadlock undoes all of it: then `work` is run again.
   */
  transaction<T>(work: (tx: Kysely<Schema>) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
};

type Connections = {
  readonly dialect: Dialect;
  readonly kysely: Kysely<Schema>;
  readonly prepare: Prepare;
  readonly cacheLookups: (prepared: Lookups) => Pick<Database, "lookups" | "moment">;
  /** Waits for the turn of a transaction with this subject. @returns what ends the turn. */
  readonly takeSubject: (subject: string) => Promise<() => void>;
  readonly makeRoom: MakeRoom;
  close(): Promise<void>;
};

const CONNECTIONS_MAX = 10;
/** Of a transaction that the database has undone because it was in another one's way. */
const REPEATS_MAX = 3;

export type OpenOptions = {
  /** Asked of a database in which nobody has an account: beside repositories it is the wrong one, or one that is lost. */
  readonly mayBeNew?: () => Promise<boolean>;
  /** Whether a SQLite file is looked through for damage, if it is small enough for that. */
  readonly isChecked?: boolean;
};

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws Failure unavailable if it cannot be reached, is not of UTF-8, is damaged or lost, or a newer version has written it.
 */
export async function openDatabase(
  settings: DatabaseSettings,
  { mayBeNew = async () => true, isChecked = false }: OpenOptions = {},
): Promise<Database> {
  if (settings.kind === "sqlite" && isEmptyFile(settings.path) && !(await mayBeNew())) throw lostDatabase();
  const connections =
    settings.kind === "sqlite" ? await connectSqlite(settings, isChecked) : await connectPostgres(settings);
  try {
    const { dialect } = connections;
    const database = guardTransactions(connections);
    if (dialect === "postgres") await requireUtf8(connections.kysely);
    if (!(await isUpToDate(connections.kysely as Kysely<unknown>, dialect, MIGRATIONS)))
      await database.transaction((tx) => migrate(tx as Kysely<unknown>, dialect, MIGRATIONS, new Date()), {
        isLong: true,
      });
    const account = await connections.kysely.selectFrom("account").select("uuid").limit(1).executeTakeFirst();
    if (account === undefined && !(await mayBeNew())) throw lostDatabase();
    const prepared = createLookups(connections.kysely, connections.prepare);
    return { dialect, ...connections.cacheLookups(prepared), ...database, close: connections.close };
  } catch (error) {
    await connections.close();
    throw error;
  }
}

/** Pail's text is Unicode: names of files and branches, messages, comments. */
async function requireUtf8(kysely: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ encoding: string }>`
    select current_setting('server_encoding') as encoding`.execute(kysely);
  const { encoding } = rows[0]!;
  if (encoding === "UTF8") return;
  throw new Failure(
    "unavailable",
    `Cannot open the database: its encoding is ${encoding}, and it must be UTF8 (create database NAME template template0 encoding 'UTF8')`,
  );
}

/** Takes some 6 ms a megabyte. */
const CHECKED_BYTES_MAX = 16 * 1024 * 1024;

const NO_ROOM: MakeRoom = async () => false;

/** Runs `work` again as long as the disk is full and there is something to give up. */
async function withRoom<T>(makeRoom: MakeRoom, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDiskFull(error) || !(await makeRoom())) throw error;
    }
  }
}

async function connectSqlite(
  { path, makeRoom = NO_ROOM }: Extract<DatabaseSettings, { kind: "sqlite" }>,
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
    cacheLookups(prepared) {
      const lookups = cacheLookups(prepared, version.read);
      return { lookups, moment: () => ({ version: version.read(), lookups }) };
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

/** A page that has gone bad is told at once, and not when it is next read, which may be months later. */
function requireSound(connection: SqliteDatabase.Database, path: string): void {
  if (statSync(path).size > CHECKED_BYTES_MAX) return;
  const found = connection.pragma("quick_check(1)", { simple: true });
  if (found !== "ok") throw damagedDatabase(String(found));
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
    // It holds digests of passwords and tokens. SQLite gives the files beside it the same mode.
    closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    const code = errorCode(error);
    if (code !== "EACCES" && code !== "EROFS" && code !== "EPERM") throw translateDatabaseError(error);
    throw new Failure("unavailable", `Cannot open the database: ${tried} can only be read`, { reason: code });
  }
}

/**
 * Reads a value once in a turn of the event loop, unless it is told to forget. A request that is worked on in this turn was
 * in the machine when the turn began, or was still being sent: what others commit while the turn lasts, it need not see.
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

async function connectPostgres({
  url,
  connectionsMax = CONNECTIONS_MAX,
  limits: changed,
}: Extract<DatabaseSettings, { kind: "postgres" }>): Promise<Connections> {
  const limits = { ...POSTGRES_LIMITS, ...changed };
  const pool = await openPostgresPool(url, connectionsMax, limits);
  const subjectTurns = openSubjectTurns({ waitMsMax: limits.waitMs, waitingMax: WAITING_MAX });
  const kysely = new Kysely<Schema>({ dialect: postgresDialect(pool) });
  const prepare: Prepare =
    <Row>(name: string, query: CompiledQuery<Row>) =>
    async (values) =>
      (await pool.lookUp({ name, text: query.sql, values: [...values] })).rows as Row[];
  return {
    dialect: "postgres",
    kysely,
    prepare,
    cacheLookups: (prepared) => cachePostgresLookups(prepared, kysely, prepare),
    takeSubject: subjectTurns.take,
    // Its disk is not ours.
    makeRoom: NO_ROOM,
    close: pool.close,
  };
}

/**
 * Makes a query beside an open transaction an error. On SQLite it would wait for the one connection for ever, on
 * PostgreSQL it would see another state and could exhaust the pool.
 */
function guardTransactions({
  kysely,
  takeSubject,
  makeRoom,
}: Connections): Pick<Database, "kysely" | "transaction"> {
  const scope = new AsyncLocalStorage<{ isOpen: boolean }>();
  const refuseInside = () => {
    if (scope.getStore()?.isOpen) throw new Error("A query beside an open transaction: use its own `tx`");
  };
  const guard: KyselyPlugin = {
    transformQuery({ node }) {
      refuseInside();
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  async function runOnce<T>(work: (tx: Kysely<Schema>) => Promise<T>): Promise<T> {
    const state = { isOpen: true };
    try {
      return await scope.run(state, () =>
        kysely.transaction().setIsolationLevel("read committed").execute(work),
      );
    } finally {
      state.isOpen = false;
    }
  }
  async function runRepeated<T>(work: (tx: Kysely<Schema>) => Promise<T>): Promise<T> {
    for (let repeats = 0; ; repeats += 1) {
      try {
        return await runOnce(work);
      } catch (error) {
        if (repeats === REPEATS_MAX || !isWorthRepeating(error)) throw error;
      }
    }
  }
  return {
    kysely: kysely.withPlugin(guard),
    async transaction(work, options = {}) {
      refuseInside();
      const endTurn = options.subject === undefined ? undefined : await takeSubject(options.subject);
      try {
        const room = options.takesAccess === true ? makeRoom : NO_ROOM;
        return await transactionOptions.run(options, () => withRoom(room, () => runRepeated(work)));
      } finally {
        endTurn?.();
      }
    },
  };
}

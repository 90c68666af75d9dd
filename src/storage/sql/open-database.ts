import { AsyncLocalStorage } from "node:async_hooks";
import { accessSync, closeSync, constants, openSync } from "node:fs";
import { dirname } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { type CompiledQuery, Kysely, type KyselyPlugin } from "kysely";
import type pg from "pg";
import { Failure } from "../../model/failure.ts";
import type { Secret } from "../../model/secret.ts";
import { errorCode, translateDatabaseError } from "./database-failure.ts";
import { createLookups, type Lookups, type Prepare } from "./lookups.ts";
import { migrate } from "./migrate.ts";
import type { Dialect } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { postgresDialect } from "./postgres-driver.ts";
import { rememberLookups } from "./remembered-lookups.ts";
import type { Schema } from "./schema.ts";
import { BUSY_TIMEOUT_MS, retryWhileBusy, sqliteDialect } from "./sqlite-driver.ts";

export type DatabaseSettings =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: Secret; readonly connectionsMax?: number };

export type Database = {
  readonly dialect: Dialect;
  /** For what needs no transaction. Inside `transaction` it throws: there, only `tx` may be used. */
  readonly kysely: Kysely<Schema>;
  /**
   * A number that is another one as soon as anything has been committed, by this process or another. Undefined: the
   * database tells none.
   */
  readonly readVersion: (() => number) | undefined;
  /** The hot look-ups, by prepared statements. They see what is committed, even inside `transaction`. */
  readonly lookups: Lookups;
  /**
   * Commits if `work` resolves, rolls back if it throws. SQLite: holds the write lock from the beginning. PostgreSQL:
   * READ COMMITTED; after an error in a statement the whole transaction must be given up.
   */
  transaction<T>(work: (tx: Kysely<Schema>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

type Connections = {
  readonly dialect: Dialect;
  readonly kysely: Kysely<Schema>;
  readonly prepare: Prepare;
  /** A number that is another one as soon as anything has been committed. Undefined: the database has none. */
  readonly readVersion: (() => number) | undefined;
  close(): Promise<void>;
};

const CONNECTIONS_MAX = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/** PostgreSQL's number for the type int8, from pg_type.dat. */
const INT8_TYPE = 20;

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws Failure unavailable if it cannot be reached, or a newer version has written it.
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const connections =
    settings.kind === "sqlite" ? await connectSqlite(settings.path) : await connectPostgres(settings);
  try {
    const { dialect } = connections;
    const database = guardTransactions(connections);
    await database.transaction((tx) => migrate(tx as Kysely<unknown>, dialect, MIGRATIONS, new Date()));
    const prepared = createLookups(connections.kysely, connections.prepare);
    const { readVersion } = connections;
    const lookups = readVersion === undefined ? prepared : rememberLookups(prepared, readVersion);
    return { dialect, lookups, readVersion, ...database, close: connections.close };
  } catch (error) {
    await connections.close();
    throw error;
  }
}

async function connectSqlite(path: string): Promise<Connections> {
  openForWriting(path);
  const [writer, reader] = await retryWhileBusy(() => {
    // SQLite itself does not wait: `retryWhileBusy` does, for as long.
    const connection = new SqliteDatabase(path, { timeout: 0 });
    try {
      connection.pragma("journal_mode = WAL");
      connection.pragma("synchronous = FULL");
      connection.pragma("foreign_keys = ON");
      return [connection, new SqliteDatabase(path, { readonly: true, timeout: BUSY_TIMEOUT_MS })] as const;
    } catch (error) {
      connection.close();
      throw error;
    }
  });
  // SQLite, "PRAGMA data_version": changes when another connection has committed, of this process or of any other.
  const dataVersion = reader.prepare<unknown[], number>("pragma data_version").pluck();
  const version = oncePerTurn(() => runTranslated(() => dataVersion.get()!));
  const kysely = new Kysely<Schema>({ dialect: sqliteDialect({ writer, reader }, version.forget) });
  return {
    dialect: "sqlite",
    kysely,
    readVersion: version.read,
    prepare<Row>(_name: string, query: CompiledQuery<Row>) {
      const statement = reader.prepare<unknown[], Row>(query.sql);
      return (values) => runTranslated(() => statement.all(...values));
    },
    async close() {
      reader.close();
      await kysely.destroy();
      writer.close();
    },
  };
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
  connectionsMax,
}: Extract<DatabaseSettings, { kind: "postgres" }>): Promise<Connections> {
  const pool = await openPool(url, connectionsMax ?? CONNECTIONS_MAX);
  const kysely = new Kysely<Schema>({ dialect: postgresDialect(pool) });
  return {
    dialect: "postgres",
    kysely,
    readVersion: undefined,
    prepare<Row>(name: string, query: CompiledQuery<Row>) {
      return async (values) => {
        try {
          // A statement with a name is parsed and planned once a connection.
          return (await pool.query({ name, text: query.sql, values: [...values] })).rows as Row[];
        } catch (error) {
          throw translateDatabaseError(error);
        }
      };
    },
    async close() {
      await kysely.destroy();
      if (!pool.ended) await pool.end();
    },
  };
}

async function openPool(url: Secret, connectionsMax: number): Promise<pg.Pool> {
  // Loaded only where it is asked for: it would be a part of every start.
  const { default: pg } = await import("pg");
  const options: pg.PoolConfig = {
    connectionString: url.reveal(),
    max: connectionsMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: "pail",
    types: {
      // Instants, sizes and counts stay far below 2^53.
      getTypeParser: (type, format) => (type === INT8_TYPE ? Number : pg.types.getTypeParser(type, format)),
    },
  };
  try {
    // Reads the URL. The error has the URL in it, so it is not passed on.
    new pg.Client(options);
  } catch {
    throw new Failure("unavailable", "Cannot open the database: its URL cannot be read");
  }
  const pool = new pg.Pool(options);
  // A lost connection is told to the statement that needs it. Without listeners it would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/**
 * Makes a query beside an open transaction an error. On SQLite it would wait for the one connection for ever, on
 * PostgreSQL it would see another state and could exhaust the pool.
 */
function guardTransactions({ kysely }: Connections): Pick<Database, "kysely" | "transaction"> {
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
  return {
    kysely: kysely.withPlugin(guard),
    async transaction(work) {
      refuseInside();
      const state = { isOpen: true };
      try {
        return await scope.run(state, () =>
          kysely.transaction().setIsolationLevel("read committed").execute(work),
        );
      } finally {
        state.isOpen = false;
      }
    },
  };
}

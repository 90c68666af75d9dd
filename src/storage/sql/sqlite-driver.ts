import { setTimeout as delay } from "node:timers/promises";
import type SqliteDatabase from "better-sqlite3";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { LRUCache } from "lru-cache";
import { errorCode, translateDatabaseError } from "./database-failure.ts";

/** How long a write waits for another process that writes. */
export const BUSY_TIMEOUT_MS = 10_000;

const BUSY_STEP_MS = 10;

/** Statements that stay prepared: to prepare one takes longer than most take to run. SQLite prepares them anew by itself when a table changes. */
const STATEMENTS_MAX = 500;

/**
 * Runs `work` again while another process holds the file's lock, for at most 10 seconds. SQLite's own wait would stop the
 * whole process, since its calls are synchronous.
 */
export async function retryWhileBusy<T>(work: () => T): Promise<T> {
  const end = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const isBusy = errorCode(error)?.startsWith("SQLITE_BUSY") ?? false;
      if (!isBusy || performance.now() >= end) throw translateDatabaseError(error);
    }
    await delay(BUSY_STEP_MS);
  }
}

/**
 * Kysely over the one connection that writes. Kysely itself lets one transaction or statement at a time have it.
 * `onStatement` is called after each, since it may have changed something.
 */
export function sqliteDialect(database: SqliteDatabase.Database, onStatement: () => void): Dialect {
  return {
    createDriver: () => sqliteDriver(database, onStatement),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

function sqliteDriver(database: SqliteDatabase.Database, onStatement: () => void): Driver {
  const connection = sqliteConnection(database, onStatement);
  return {
    async init() {},
    acquireConnection: async () => connection,
    // A transaction takes the write lock at its beginning. One that begins by reading and writes later is refused, without
    // any wait, when another process has written in between (SQLITE_BUSY_SNAPSHOT).
    beginTransaction: () => execute(database, "begin immediate"),
    commitTransaction: () => execute(database, "commit").finally(onStatement),
    async rollbackTransaction() {
      // SQLite rolls back by itself when the disk is full or broken.
      if (database.inTransaction) await execute(database, "rollback");
    },
    async releaseConnection() {},
    async destroy() {
      database.close();
    },
  };
}

function sqliteConnection(database: SqliteDatabase.Database, onStatement: () => void): DatabaseConnection {
  const statements = new LRUCache<string, SqliteDatabase.Statement<unknown[]>>({ max: STATEMENTS_MAX });
  const prepare = (text: string) => {
    const statement = statements.get(text) ?? database.prepare(text);
    statements.set(text, statement);
    return statement;
  };
  return {
    executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      return retryWhileBusy(() => {
        const statement = prepare(query.sql);
        if (statement.reader) return { rows: statement.all(...query.parameters) as Row[] };
        return { rows: [], numAffectedRows: BigInt(statement.run(...query.parameters).changes) };
      }).finally(onStatement);
    },
    streamQuery() {
      throw new Error("Rows are not streamed: read them in pages");
    },
  };
}

async function execute(database: SqliteDatabase.Database, statement: string): Promise<void> {
  await retryWhileBusy(() => database.exec(statement));
}

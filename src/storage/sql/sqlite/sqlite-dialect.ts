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
import { errorCode, translateDatabaseError } from "../database-failure.ts";

/** How long a write waits for another process that writes. */
export const BUSY_TIMEOUT_MS = 10_000;

const BUSY_STEP_MS = 10;

/**
 * Statements that stay prepared: preparing one takes longer than most take to run. SQLite prepares them again when a
 * table changes.
 */
const STATEMENTS_MAX = 500;

/**
 * Repeats `work` while another process has locked the file, until 10 seconds after `askedAt`. SQLite's own wait would
 * stop the whole process, since its calls are synchronous.
 */
export async function retryWhileBusy<T>(work: () => T, askedAt = performance.now()): Promise<T> {
  const end = askedAt + BUSY_TIMEOUT_MS;
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
 * Kysely with two connections. Reads outside of transactions use one of them and never wait: SQLite can be read while
 * it is written. Writers take turns on the other one; `onWritten` is called after each turn.
 */
export function sqliteDialect(connections: Connections, onWritten: () => void): Dialect {
  return {
    createDriver: () => sqliteDriver(connections, onWritten),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new ManyConnectionsAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

type Connections = { readonly writer: SqliteDatabase.Database; readonly reader: SqliteDatabase.Database };

/** Kysely's own adapter runs one statement at a time, even reads. Here only writers take turns. */
class ManyConnectionsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

type SqliteConnection = DatabaseConnection & {
  /** The wait for a turn counts too: a writer that has waited too long tries once, and is then refused. */
  readonly askedAt: number;
  /** Set while it has the turn to write; ends the turn. */
  endTurn: (() => void) | undefined;
  /** Set when its transaction ends, so that a statement that is still queued is not run beside it. */
  hasEnded: boolean;
};

function sqliteDriver({ writer, reader }: Connections, onWritten: () => void): Driver {
  const takeTurn = openTurns();
  const prepareToWrite = keepPrepared(writer);
  const prepareToRead = keepPrepared(reader);

  function write<Row>(query: CompiledQuery, askedAt: number): Promise<QueryResult<Row>> {
    return retryWhileBusy(() => runStatement<Row>(prepareToWrite(query.sql), query), askedAt).finally(
      onWritten,
    );
  }

  function openConnection(): SqliteConnection {
    const connection: SqliteConnection = {
      askedAt: performance.now(),
      endTurn: undefined,
      hasEnded: false,
      async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
        if (connection.hasEnded) throw new Error("A query after the end of its transaction");
        if (connection.endTurn !== undefined) return write(query, performance.now());
        const found = await retryWhileBusy(() => {
          const statement = prepareToRead(query.sql);
          return statement.readonly ? runStatement<Row>(statement, query) : undefined;
        });
        if (found !== undefined) return found;
        const endTurn = await takeTurn();
        return write<Row>(query, connection.askedAt).finally(endTurn);
      },
      streamQuery() {
        throw new Error("Rows are not streamed: read them in pages");
      },
    };
    return connection;
  }

  return {
    async init() {},
    acquireConnection: async () => openConnection(),
    // A transaction takes the write lock at its beginning. One that begins with a read and writes later is refused at
    // once if another process has written in between (SQLITE_BUSY_SNAPSHOT).
    async beginTransaction(opened) {
      const connection = asSqlite(opened);
      connection.endTurn = await takeTurn();
      await retryWhileBusy(() => writer.exec("begin immediate"), connection.askedAt);
    },
    commitTransaction(opened) {
      asSqlite(opened).hasEnded = true;
      return execute(writer, "commit").finally(onWritten);
    },
    async rollbackTransaction(opened) {
      asSqlite(opened).hasEnded = true;
      // SQLite rolls back by itself when the disk is full or fails.
      if (writer.inTransaction) await execute(writer, "rollback");
    },
    async releaseConnection(connection) {
      asSqlite(connection).endTurn?.();
    },
    async destroy() {
      writer.close();
    },
  };
}

/** Kysely hands back the connections that `acquireConnection` gave. */
function asSqlite(connection: DatabaseConnection): SqliteConnection {
  return connection as SqliteConnection;
}

/** Turns in the order of the calls. The returned function ends the turn. */
function openTurns(): () => Promise<() => void> {
  let last = Promise.resolve();
  return () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const begun = last.then(() => end);
    last = ended;
    return begun;
  };
}

function keepPrepared(
  database: SqliteDatabase.Database,
): (text: string) => SqliteDatabase.Statement<unknown[]> {
  const statements = new LRUCache<string, SqliteDatabase.Statement<unknown[]>>({ max: STATEMENTS_MAX });
  return (text) => {
    const statement = statements.get(text) ?? database.prepare(text);
    statements.set(text, statement);
    return statement;
  };
}

function runStatement<Row>(
  statement: SqliteDatabase.Statement<unknown[]>,
  { parameters }: CompiledQuery,
): QueryResult<Row> {
  if (statement.reader) return { rows: statement.all(...parameters) as Row[] };
  return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) };
}

async function execute(database: SqliteDatabase.Database, statement: string): Promise<void> {
  await retryWhileBusy(() => database.exec(statement));
}

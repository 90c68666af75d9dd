import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { ConnectionUse } from "./connection-turns.ts";
import { type PooledConnection, type PostgresPool, WITHOUT_LIMITS } from "./postgres-pool.ts";
import { type TransactionOptions, transactionOptions } from "./transaction-options.ts";

/** Commands whose number of rows is the number that they changed. */
const CHANGING_COMMANDS = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** Kysely over a pool of connections. */
export function postgresDialect(pool: PostgresPool): Dialect {
  return {
    createDriver: () => postgresDriver(pool),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

type PostgresConnection = DatabaseConnection & {
  readonly pooled: PooledConnection;
  readonly isLong: boolean;
  /** Set when its transaction could not be ended, so that nobody else gets it. */
  isBroken: boolean;
};

function postgresDriver(pool: PostgresPool): Driver {
  return {
    async init() {},
    async acquireConnection() {
      const options = transactionOptions.getStore();
      return openConnection(await pool.connect(useOf(options)), options?.isLong ?? false);
    },
    async beginTransaction(opened, settings) {
      const connection = asPostgres(opened);
      await execute(connection, beginStatement(settings));
      if (connection.isLong) await execute(connection, WITHOUT_LIMITS);
    },
    async commitTransaction(connection) {
      // After an error that somebody caught, PostgreSQL answers a commit with a rollback and calls that a success.
      const { command } = await execute(asPostgres(connection), "commit");
      if (command === "ROLLBACK")
        throw new Error("The transaction was rolled back: an error in it was passed over");
    },
    async rollbackTransaction(opened) {
      const connection = asPostgres(opened);
      try {
        await execute(connection, "rollback");
      } catch {
        // What went wrong before is told to whoever asked. The server rolls back when the connection goes.
        connection.isBroken = true;
      }
    },
    async releaseConnection(opened) {
      const { pooled, isBroken } = asPostgres(opened);
      pooled.release(isBroken);
    },
    destroy: () => pool.close(),
  };
}

function useOf(options: TransactionOptions | undefined): ConnectionUse {
  if (options === undefined) return "read";
  return options.takesAccess === true ? "revocation" : "write";
}

function openConnection(pooled: PooledConnection, isLong: boolean): PostgresConnection {
  return {
    pooled,
    isLong,
    isBroken: false,
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      const result = await pooled.query({ text: query.sql, values: [...query.parameters] }, isLong);
      const rows = result.rows as Row[];
      return CHANGING_COMMANDS.has(result.command)
        ? { rows, numAffectedRows: BigInt(result.rowCount ?? 0) }
        : { rows };
    },
    streamQuery() {
      throw new Error("Rows are not streamed: read them in pages");
    },
  };
}

/** Kysely hands back the connections that `acquireConnection` gave. */
function asPostgres(connection: DatabaseConnection): PostgresConnection {
  return connection as PostgresConnection;
}

function execute({ pooled, isLong }: PostgresConnection, text: string) {
  return pooled.query({ text }, isLong);
}

function beginStatement({ isolationLevel, accessMode }: TransactionSettings): string {
  const level = isolationLevel === undefined ? "" : ` isolation level ${isolationLevel}`;
  return `start transaction${level}${accessMode === undefined ? "" : ` ${accessMode}`}`;
}

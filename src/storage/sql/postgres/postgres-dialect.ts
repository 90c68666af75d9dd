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
import type { PooledConnection, PostgresPool } from "./postgres-pool.ts";
import { refuseToStream, toQueryResult } from "./query-result.ts";

/** Kysely over a pool of connections, for reads. What changes something is in `postgres-transaction.ts`. */
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
  /** Set when its transaction could not be ended, so that the connection is not used again. */
  isBroken: boolean;
};

function postgresDriver(pool: PostgresPool): Driver {
  return {
    async init() {},
    acquireConnection: async () => openConnection(await pool.connect("read")),
    async beginTransaction(opened, settings) {
      await asPostgres(opened).pooled.query({ text: beginStatement(settings) });
    },
    async commitTransaction(opened) {
      await asPostgres(opened).pooled.query({ text: "commit" });
    },
    async rollbackTransaction(opened) {
      const connection = asPostgres(opened);
      try {
        await connection.pooled.query({ text: "rollback" });
      } catch {
        // The original error has been reported already. The server rolls back when the connection closes.
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

function openConnection(pooled: PooledConnection): PostgresConnection {
  return {
    pooled,
    isBroken: false,
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      return toQueryResult(await pooled.query({ text: query.sql, values: [...query.parameters] }));
    },
    streamQuery: refuseToStream,
  };
}

/** Kysely hands back the connections that `acquireConnection` gave. */
function asPostgres(connection: DatabaseConnection): PostgresConnection {
  return connection as PostgresConnection;
}

function beginStatement({ isolationLevel, accessMode }: TransactionSettings): string {
  const level = isolationLevel === undefined ? "" : ` isolation level ${isolationLevel}`;
  return `start transaction${level}${accessMode === undefined ? "" : ` ${accessMode}`}`;
}

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
import type pg from "pg";
import { isDatabaseUnavailable, isWorthRepeating, outcomeUnknown } from "../database-failure.ts";
import { type TransactionOptions, transactionOptions } from "../transaction-options.ts";
import { findCommitOutcome } from "./commit-outcome.ts";
import type { ConnectionUse } from "./connection-turns.ts";
import { type PooledConnection, type PostgresPool, WITHOUT_LIMITS } from "./postgres-pool.ts";

/** Commands whose row count is the number of changed rows. */
const CHANGING_COMMANDS = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** A standby gives none, and takes no changes. The old name, since 10; `pg_current_xact_id` since 13. */
const TRANSACTION_ID = "select case when pg_is_in_recovery() then null else txid_current()::text end as id";

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
  /** The id of the open transaction, by which its outcome can be found. Undefined if it changes nothing. */
  transactionId: string | undefined;
  /** Set when its transaction could not be ended, so that the connection is not used again. */
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
      if (transactionOptions.getStore() === undefined) {
        await execute(connection, beginStatement(settings));
        return;
      }
      // Together they take one round trip; `pg` returns an array for several statements.
      const answer: unknown = await execute(connection, `${beginStatement(settings)}; ${TRANSACTION_ID}`);
      const [, { rows }] = answer as readonly [unknown, pg.QueryResult<{ id: string | null }>];
      connection.transactionId = rows[0]?.id ?? undefined;
      if (connection.isLong) await execute(connection, WITHOUT_LIMITS);
    },
    async commitTransaction(opened) {
      const connection = asPostgres(opened);
      const { transactionId } = connection;
      let command: string;
      try {
        ({ command } = await execute(connection, "commit"));
      } catch (error) {
        if (transactionId === undefined || isWorthRepeating(error) || !isDatabaseUnavailable(error))
          throw error;
        // Released first: finding the outcome may have to wait for this very connection.
        connection.pooled.release(true);
        const outcome = await findCommitOutcome(pool, transactionId);
        if (outcome === "committed") return;
        throw outcome === "aborted" ? error : outcomeUnknown();
      }
      // After an error that somebody caught, PostgreSQL answers a commit with a rollback and reports success.
      if (command === "ROLLBACK")
        throw new Error("The transaction was rolled back: an error in it was passed over");
    },
    async rollbackTransaction(opened) {
      const connection = asPostgres(opened);
      try {
        await execute(connection, "rollback");
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

function useOf(options: TransactionOptions | undefined): ConnectionUse {
  if (options === undefined) return "read";
  return options.takesAccess === true ? "revocation" : "write";
}

function openConnection(pooled: PooledConnection, isLong: boolean): PostgresConnection {
  return {
    pooled,
    isLong,
    transactionId: undefined,
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

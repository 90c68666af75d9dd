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
import { translateDatabaseError } from "./database-failure.ts";

/** Commands whose number of rows is the number that they changed. */
const CHANGING_COMMANDS = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** Kysely over a pool of connections. */
export function postgresDialect(pool: pg.Pool): Dialect {
  return {
    createDriver: () => postgresDriver(pool),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

type PostgresConnection = DatabaseConnection & {
  readonly client: pg.PoolClient;
  /** Set when its transaction could not be ended, so that nobody else gets it. */
  isBroken: boolean;
};

function postgresDriver(pool: pg.Pool): Driver {
  return {
    async init() {},
    async acquireConnection() {
      return openConnection(await run(() => pool.connect()));
    },
    async beginTransaction(connection, settings) {
      await execute(connection, beginStatement(settings));
    },
    async commitTransaction(connection) {
      // After an error that somebody caught, PostgreSQL answers a commit with a rollback and calls that a success.
      const { command } = await execute(connection, "commit");
      if (command === "ROLLBACK")
        throw new Error("The transaction was rolled back: an error in it was passed over");
    },
    async rollbackTransaction(connection) {
      try {
        await execute(connection, "rollback");
      } catch (error) {
        asPostgres(connection).isBroken = true;
        throw error;
      }
    },
    async releaseConnection(connection) {
      const { client, isBroken } = asPostgres(connection);
      client.release(isBroken);
    },
    destroy: () => pool.end(),
  };
}

function openConnection(client: pg.PoolClient): PostgresConnection {
  return {
    client,
    isBroken: false,
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      const result = await run(() => client.query(query.sql, [...query.parameters]));
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

function execute(connection: DatabaseConnection, statement: string): Promise<pg.QueryResult> {
  return run(() => asPostgres(connection).client.query(statement));
}

function beginStatement({ isolationLevel, accessMode }: TransactionSettings): string {
  const level = isolationLevel === undefined ? "" : ` isolation level ${isolationLevel}`;
  return `start transaction${level}${accessMode === undefined ? "" : ` ${accessMode}`}`;
}

async function run<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import type pg from "pg";
import { isDatabaseUnavailable, isWorthRepeating, outcomeUnknown } from "../database-failure.ts";
import type { Schema } from "../schema.ts";
import { isAhead } from "../send-ahead.ts";
import type { TransactionOptions } from "../transaction-options.ts";
import { findCommitOutcome } from "./commit-outcome.ts";
import { type PooledConnection, type PostgresPool, WITHOUT_LIMITS } from "./postgres-pool.ts";
import { refuseToStream, toQueryResult } from "./query-result.ts";

/** A standby gives none, and takes no changes. The old name, since 10; `pg_current_xact_id` since 13. */
const BEGIN = `start transaction isolation level read committed;
  select case when pg_is_in_recovery() then null else txid_current()::text end as id`;

/**
 * A transaction whose statements need not wait for each other: those that are run together (`Promise.all`) take one
 * round trip, the first ones together with its beginning, and those that are sent ahead together with its commit. The
 * server runs them one after another, and each sees what was committed before it began, as if they had been awaited.
 *
 * Kysely's own transactions send a statement only after the previous one was answered.
 */
export async function runPostgresTransaction<T>(
  pool: PostgresPool,
  work: (tx: Kysely<Schema>) => Promise<T>,
  { takesAccess = false, isLong = false }: TransactionOptions,
): Promise<T> {
  const pooled = await pool.connect(takesAccess ? "revocation" : "write");
  const transaction = openTransaction(pooled, isLong);
  try {
    const result = await work(transaction.tx);
    await transaction.commit(pool);
    return result;
  } catch (error) {
    throw await transaction.rollBack(error);
  } finally {
    pooled.release(transaction.isBroken());
  }
}

function openTransaction(pooled: PooledConnection, isLong: boolean) {
  let hasEnded = false;
  let isBroken = false;
  /** The first error of a statement that was sent ahead: those after it fail because of it. */
  let failedAhead: { readonly error: unknown } | undefined;

  const send = (text: string, values?: unknown[]) =>
    pooled.query(values === undefined ? { text } : { text, values }, isLong);

  const noteFailure = (answer: Promise<unknown>) =>
    answer.catch((error: unknown) => {
      failedAhead ??= { error };
    });

  const begun = send(BEGIN);
  noteFailure(begun);
  if (isLong) noteFailure(send(WITHOUT_LIMITS));

  const connection: DatabaseConnection = {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      // On a connection that is used again it would be part of another transaction.
      if (hasEnded) throw new Error("A query after the end of its transaction");
      const answer = send(query.sql, [...query.parameters]);
      if (!isAhead(query)) return toQueryResult(await answer);
      noteFailure(answer);
      const expected = answer.then((result) => toQueryResult<Row>(result));
      // Told by the commit.
      expected.catch(() => {});
      query.expect(expected);
      return { rows: [] };
    },
    streamQuery: refuseToStream,
  };

  return {
    tx: kyselyOver(connection),
    isBroken: () => isBroken,
    async commit(pool: PostgresPool): Promise<void> {
      hasEnded = true;
      // Known before the commit is sent: by it the outcome is found.
      const transactionId = idOf(await begun);
      let command: string;
      try {
        ({ command } = await send("commit"));
      } catch (error) {
        if (transactionId === undefined || isWorthRepeating(error) || !isDatabaseUnavailable(error))
          throw error;
        // Released first: finding the outcome may have to wait for this very connection.
        pooled.release(true);
        const outcome = await findCommitOutcome(pool, transactionId);
        if (outcome === "committed") return;
        // What was sent ahead has failed with the connection: that says nothing of the outcome.
        failedAhead = undefined;
        throw outcome === "aborted" ? error : outcomeUnknown();
      }
      // After an error that somebody caught, PostgreSQL answers a commit with a rollback and reports success.
      if (command === "ROLLBACK")
        throw new Error("The transaction was rolled back: an error in it was passed over");
    },
    /** @returns the error to throw: the one that made the transaction fail. */
    async rollBack(error: unknown): Promise<unknown> {
      hasEnded = true;
      try {
        await send("rollback");
      } catch {
        // The original error is reported. The server rolls back when the connection closes.
        isBroken = true;
      }
      return failedAhead === undefined ? error : failedAhead.error;
    },
  };
}

/** `pg` returns an array for several statements. */
function idOf(begun: unknown): string | undefined {
  const [, { rows }] = begun as readonly [unknown, pg.QueryResult<{ id: string | null }>];
  return rows[0]?.id ?? undefined;
}

/** Kysely over one connection. It keeps no statement waiting for another one. */
function kyselyOver(connection: DatabaseConnection): Kysely<Schema> {
  const refuse = async () => {
    throw new Error("A transaction in a transaction");
  };
  const driver: Driver = {
    async init() {},
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    async releaseConnection() {},
    async destroy() {},
  };
  return new Kysely<Schema>({
    dialect: {
      createDriver: () => driver,
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
  });
}

import { type CompiledQuery, type Kysely, sql } from "kysely";
import type { Database } from "./database.ts";
import { createLookups } from "./lookups/lookups.ts";
import type { Schema } from "./schema.ts";

/** A database as it is within a transaction. Whatever reads from it sees what the transaction has written. */
export type TransactionDatabase = Omit<Database, "requestLookups" | "close">;

/**
 * Runs operations, each of which makes transactions of its own, in one transaction: all of it is stored, or nothing. Their
 * transactions are savepoints of it, one after another.
 */
export async function inOneTransaction<T>(
  database: Pick<Database, "dialect" | "transaction">,
  work: (database: TransactionDatabase) => Promise<T>,
): Promise<T> {
  const { dialect } = database;
  return database.transaction(
    async (tx) =>
      work({
        dialect,
        kysely: tx,
        lookups: createLookups(tx, <Row>(_name: string, query: CompiledQuery<Row>) => async (parameters) => {
          const { rows } = await tx.executeQuery<Row>({ ...query, parameters });
          return rows;
        }),
        transaction: (inner) => inSavepoint(tx, inner),
      }),
    { isLong: true },
  );
}

async function inSavepoint<T>(tx: Kysely<Schema>, work: (tx: Kysely<Schema>) => Promise<T>): Promise<T> {
  await sql`savepoint inner_transaction`.execute(tx);
  try {
    const result = await work(tx);
    await sql`release savepoint inner_transaction`.execute(tx);
    return result;
  } catch (error) {
    await sql`rollback to savepoint inner_transaction`.execute(tx);
    throw error;
  }
}

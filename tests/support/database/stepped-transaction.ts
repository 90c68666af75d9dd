import { type Kysely, sql } from "kysely";
import type { Database } from "../../../src/storage/sql/database.ts";
import type { Schema } from "../../../src/storage/sql/schema.ts";

/** A transaction that does one thing after another when it is told to, and stands still in between. */
export type SteppedTransaction = {
  run<T>(work: (tx: Kysely<Schema>) => Promise<T>): Promise<T>;
  /** Resolves as soon as what was told last waits for a lock of somebody else. @throws Error if it does not. */
  waiting(): Promise<void>;
  commit(): Promise<void>;
  /** Does nothing if it has ended. */
  rollback(): Promise<void>;
};

class RolledBack extends Error {}

/** Only for PostgreSQL: on SQLite the second one would wait for the first. */
export async function beginStepped(database: Database): Promise<SteppedTransaction> {
  const orders: (() => Promise<"goes-on" | "commits">)[] = [];
  let onOrder = () => {};
  const ended = database.transaction(async (tx) => {
    for (;;) {
      while (orders.length === 0)
        await new Promise<void>((resolve) => {
          onOrder = resolve;
        });
      transaction = tx;
      if ((await orders.shift()!()) === "commits") return;
    }
  });
  // Whoever waits for its end is told.
  ended.catch(() => {});
  let transaction: Kysely<Schema> | undefined;

  function order(next: () => Promise<"goes-on" | "commits">): void {
    orders.push(next);
    onOrder();
  }
  function run<T>(work: (tx: Kysely<Schema>) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      order(async () => {
        await work(transaction!).then(resolve, reject);
        return "goes-on";
      });
    });
  }
  const { pid } = await run(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    return rows[0]!;
  });

  return {
    run,
    async waiting() {
      // A lock that is free is granted in far less time.
      for (const until = performance.now() + WAIT_MS; performance.now() < until; ) {
        const { rows } = await sql<{
          blocked: boolean;
        }>`select cardinality(pg_blocking_pids(${pid})) > 0 as blocked`.execute(database.kysely);
        if (rows[0]?.blocked) return;
      }
      throw new Error("the transaction waits for nobody");
    },
    async commit() {
      order(async () => "commits");
      await ended;
    },
    async rollback() {
      order(() => Promise.reject(new RolledBack()));
      await ended.catch((error: unknown) => {
        if (!(error instanceof RolledBack)) throw error;
      });
    },
  };
}

const WAIT_MS = 10_000;

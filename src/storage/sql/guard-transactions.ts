import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely, KyselyPlugin } from "kysely";
import { type Connections, NO_ROOM, withRoom } from "./connections.ts";
import type { Database } from "./database.ts";
import { isWorthRepeating } from "./database-failure.ts";
import type { Schema } from "./schema.ts";
import type { TransactionOptions } from "./transaction-options.ts";

/** Of a transaction that the database has undone because it was in another one's way. */
const REPEATS_MAX = 3;

/**
 * Makes a query beside an open transaction an error. On SQLite it would wait for the one connection for ever, on
 * PostgreSQL it would see another state and could exhaust the pool.
 */
export function guardTransactions({
  kysely,
  transaction,
  takeSubject,
  makeRoom,
}: Connections): Pick<Database, "kysely" | "transaction"> {
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
  type Work<T> = (tx: Kysely<Schema>) => Promise<T>;
  async function runOnce<T>(work: Work<T>, options: TransactionOptions): Promise<T> {
    const state = { isOpen: true };
    try {
      return await scope.run(state, () => transaction(work, options));
    } finally {
      state.isOpen = false;
    }
  }
  async function runRepeated<T>(work: Work<T>, options: TransactionOptions): Promise<T> {
    for (let repeats = 0; ; repeats += 1) {
      try {
        return await runOnce(work, options);
      } catch (error) {
        if (repeats === REPEATS_MAX || !isWorthRepeating(error)) throw error;
      }
    }
  }
  return {
    kysely: kysely.withPlugin(guard),
    async transaction(work, options = {}) {
      refuseInside();
      const endTurn = options.subject === undefined ? undefined : await takeSubject(options.subject);
      try {
        const room = options.takesAccess === true ? makeRoom : NO_ROOM;
        return await withRoom(room, () => runRepeated(work, options));
      } finally {
        endTurn?.();
      }
    },
  };
}

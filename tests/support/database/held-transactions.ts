import type { Database } from "../../../src/storage/sql/database.ts";
import type { TestApp } from "../server/test-app.ts";

export type HeldTransactions = {
  /** Resolves when so many transactions of requests wait to begin: all that was read before them has been read. */
  waiting(count: number): Promise<void>;
  /** Lets them begin in the order in which they came, each when the one before has ended. From now on none is held. */
  release(): Promise<void>;
};

/** Holds the transactions of all requests to an app before their beginning. The test's own are not held. */
export function holdTransactions(app: TestApp): HeldTransactions {
  const transactions = app.ports.transactions as { transaction: Database["transaction"] };
  const { transaction } = transactions;
  const held: (() => Promise<unknown>)[] = [];
  let onHeld = () => {};
  transactions.transaction = <T>(work: Parameters<Database["transaction"]>[0]) =>
    new Promise<T>((resolve, reject) => {
      held.push(() => transaction(work).then((value) => resolve(value as T), reject));
      onHeld();
    });
  return {
    waiting: (count) =>
      new Promise((resolve) => {
        onHeld = () => {
          if (held.length >= count) resolve();
        };
        onHeld();
      }),
    async release() {
      transactions.transaction = transaction;
      for (const begin of held) await begin();
    },
  };
}

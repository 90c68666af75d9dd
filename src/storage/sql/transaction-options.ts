import { AsyncLocalStorage } from "node:async_hooks";

export type TransactionOptions = {
  /**
   * What it locks, such as a repository's UUID. In one process, transactions with the same subject run one after another:
   * while others hold the lock, only one connection waits for it.
   */
  readonly subject?: string;
  /** Whether it takes access away. Such a change needs no more room or connections than are always kept for it. */
  readonly takesAccess?: boolean;
  /** Whether it may take as long as it takes: a migration, a restore. */
  readonly isLong?: boolean;
};

export const TAKES_ACCESS: TransactionOptions = { takesAccess: true };

/** The options of the transaction in which the present code runs, for the driver. */
export const transactionOptions = new AsyncLocalStorage<TransactionOptions>();

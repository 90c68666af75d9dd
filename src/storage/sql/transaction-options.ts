export type TransactionOptions = {
  /**
   * What the transaction locks, such as a repository's UUID. In one process, transactions with the same subject run one
   * after another, so that only one connection waits for the lock.
   */
  readonly subject?: string;
  /** Whether it removes access. Such changes may use the disk space and the connections that are reserved for them. */
  readonly takesAccess?: boolean;
  /** Whether it may take long: a migration, a restore. */
  readonly isLong?: boolean;
};

export const TAKES_ACCESS: TransactionOptions = { takesAccess: true };

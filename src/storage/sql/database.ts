import type { Kysely } from "kysely";
import type { AdmissionKeys } from "./lookups/admission-rows.ts";
import type { Awaitable, Lookups } from "./lookups/lookups.ts";
import type { RequestLookups } from "./lookups/request-lookups.ts";
import type { Dialect } from "./migrations/migration.ts";
import type { Schema } from "./schema.ts";
import type { TransactionOptions } from "./transaction-options.ts";

export type Database = {
  readonly dialect: Dialect;
  /** For what needs no transaction. Inside `transaction` it throws: there, only `tx` may be used. */
  readonly kysely: Kysely<Schema>;
  /** The hot look-ups, by prepared statements. They see what is committed, even inside `transaction`. */
  readonly lookups: Lookups;
  /**
   * The database for a request that has just arrived. Earlier look-ups are cached until something is committed.
   *
   * @param keys what will admit the request, so that it can be read in one statement where that is quicker.
   */
  requestLookups(keys: AdmissionKeys | undefined): Awaitable<RequestLookups>;
  /**
   * Commits if `work` resolves, rolls back if it throws. SQLite: holds the write lock from the beginning. PostgreSQL: READ
   * COMMITTED, so rows on which `work` bases a decision must be locked (`lock-rows.ts`) or be a condition of its statement;
   * after an error in a statement the whole transaction must be given up. After a deadlock `work` is run again.
   */
  transaction<T>(work: (tx: Kysely<Schema>) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
};

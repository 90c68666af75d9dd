import type { Kysely } from "kysely";
import type { AdmissionKeys } from "./lookups/admission.ts";
import type { DatabaseMoment } from "./lookups/database-moment.ts";
import type { Awaitable, Lookups } from "./lookups/lookups.ts";
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
   * The database for a request that has just come. What was looked up before is known, if nothing has been committed since.
   *
   * @param keys what the request will be let in by, so that it is asked for together where that is quicker.
   */
  moment(keys: AdmissionKeys | undefined): Awaitable<DatabaseMoment>;
  /**
   * Commits if `work` resolves, rolls back if it throws. SQLite: holds the write lock from the beginning. PostgreSQL: READ
   * COMMITTED, so what `work` decides by must be locked (`lock-row.ts`) or be a condition of its statement; after an error in
   * a statement the whole transaction must be given up. A deadlock undoes all of it: then `work` is run again.
   */
  transaction<T>(work: (tx: Kysely<Schema>) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
};

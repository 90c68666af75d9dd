import type { Kysely } from "kysely";

export type Dialect = "sqlite" | "postgres";

/** One step of the schema. It is never edited once it has landed: a later migration changes its result. */
export type Migration = {
  /** A number and a description. It is recorded in the database, so it is never renamed. */
  readonly name: string;
  readonly up: (db: Kysely<unknown>, dialect: Dialect) => Promise<void>;
};

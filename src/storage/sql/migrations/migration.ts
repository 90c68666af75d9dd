import type { Kysely } from "kysely";

export type Dialect = "sqlite" | "postgres";

/** One step of the schema. It is never edited once it has landed: a later one changes what it made. */
export type Migration = {
  /** A number and what it does. Recorded in the database: never renamed. */
  readonly name: string;
  readonly up: (db: Kysely<unknown>, dialect: Dialect) => Promise<void>;
};

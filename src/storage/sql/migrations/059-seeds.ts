import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Which seed the data began with: one that is applied again is used as it is, and another is refused. */
export const seeds: Migration = {
  name: "059-seeds",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("seed")
      // SHA-256 of its content, in hex.
      .addColumn("digest", text, (c) => c.notNull().primaryKey())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("applied_at", "bigint", (c) => c.notNull())
      .execute();
  },
};

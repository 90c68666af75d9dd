import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** The keys that nodes share, sealed. Without nodes they are files, and the table is empty. */
export const serverKeys: Migration = {
  name: "078-server-keys",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("server_key")
      .addColumn("name", text, (c) => c.primaryKey().notNull())
      .addColumn("sealed", dialect === "postgres" ? "bytea" : "blob", (c) => c.notNull())
      .execute();
  },
};

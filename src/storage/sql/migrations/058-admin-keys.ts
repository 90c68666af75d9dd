import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Keys with which scripts of the operator administer tokens over HTTP. */
export const adminKeys: Migration = {
  name: "058-admin-keys",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("admin_key")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("digest", dialect === "postgres" ? "bytea" : "blob", (c) =>
        c.notNull().unique().check(sql`length(digest) = 32`),
      )
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .execute();
  },
};

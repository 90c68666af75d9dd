import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

export const leases: Migration = {
  name: "015-leases",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    // Who may do what must happen once. The fence rises with each holder; `expires_at` is of the database's clock.
    await db.schema
      .createTable("lease")
      .addColumn("name", text, (c) => c.primaryKey())
      .addColumn("holder", text, (c) => c.notNull())
      .addColumn("fence", "bigint", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .execute();
  },
};

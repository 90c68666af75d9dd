import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

export const sessions: Migration = {
  name: "024-sessions",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const bytes: ColumnDataType = dialect === "postgres" ? "bytea" : "blob";
    await db.schema
      .createTable("session")
      .addColumn("uuid", text, (c) => c.primaryKey())
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .addColumn("digest", bytes, (c) => c.notNull().unique())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("authenticated_at", "bigint", (c) => c.notNull())
      .addColumn("last_used_at", "bigint", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .addColumn("address", text, (c) => c.notNull())
      .addColumn("client", text, (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex("session_account")
      .on("session")
      .columns(["account_uuid", "last_used_at"])
      .execute();
  },
};

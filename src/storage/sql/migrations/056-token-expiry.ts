import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** How owners learn in time that their tokens end: what they have been told, and the addresses of their calendars. */
export const tokenExpiry: Migration = {
  name: "056-token-expiry",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("token_expiry_notice")
      .addColumn("token_uuid", text, (c) => c.notNull().references("api_token.uuid").onDelete("cascade"))
      .addColumn("days", "integer", (c) => c.notNull())
      .addColumn("noticed_at", "bigint", (c) => c.notNull())
      // Null: no mail has been sent.
      .addColumn("mailed_at", "bigint")
      .addPrimaryKeyConstraint("token_expiry_notice_pk", ["token_uuid", "days"])
      .execute();
    await db.schema
      .createIndex("token_expiry_notice_noticed")
      .on("token_expiry_notice")
      .column("noticed_at")
      .execute();
    await db.schema
      .createTable("calendar_feed")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .addColumn("digest", dialect === "postgres" ? "bytea" : "blob", (c) =>
        c.notNull().unique().check(sql`length(digest) = 32`),
      )
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("last_read_at", "bigint")
      .execute();
    await db.schema
      .createIndex("calendar_feed_account")
      .on("calendar_feed")
      .columns(["account_uuid", "created_at"])
      .execute();
  },
};

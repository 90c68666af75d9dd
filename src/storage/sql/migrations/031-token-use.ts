import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** From where a token was last used, and by whom it was revoked. Tokens from before have neither. */
export const tokenUse: Migration = {
  name: "031-token-use",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    // One statement a column: SQLite takes no more.
    await db.schema.alterTable("api_token").addColumn("last_used_address", text).execute();
    await db.schema.alterTable("api_token").addColumn("last_used_client", text).execute();
    await db.schema.alterTable("api_token").addColumn("revoked_by", text).execute();
    await db.schema.alterTable("api_token").addColumn("revoked_by_account_uuid", text).execute();
  },
};

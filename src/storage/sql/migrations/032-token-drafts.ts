import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Tokens that are about to be created on the pages. They end with their session. */
export const tokenDrafts: Migration = {
  name: "032-token-drafts",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("api_token_draft")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("session_uuid", text, (c) => c.notNull().references("session.uuid").onDelete("cascade"))
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("age_days", "integer", (c) => c.notNull())
      .addColumn("scopes", text, (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .addColumn("token_uuid", text, (c) => c.references("api_token.uuid").onDelete("cascade"))
      .execute();
    for (const column of ["session_uuid", "token_uuid"] as const)
      await db.schema
        .createIndex(`api_token_draft_${column.replace("_uuid", "")}`)
        .on("api_token_draft")
        .column(column)
        .execute();
  },
};

import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What a token that is about to be created is to be limited to. */
export const tokenDraftLimits: Migration = {
  name: "049-token-draft-limits",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema.alterTable("api_token_draft").addColumn("bound", text).execute();
  },
};

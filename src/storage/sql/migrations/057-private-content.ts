import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** From where, and with which verification, the private content of a workspace is opened. */
export const privateContent: Migration = {
  name: "057-private-content",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    // Separated by spaces. Null: from anywhere.
    await db.schema.alterTable("workspace_token_policy").addColumn("networks", text).execute();
    await db.schema
      .alterTable("workspace_token_policy")
      .addColumn("requires_two_step", "integer", (c) => c.notNull().defaultTo(0))
      .execute();
  },
};

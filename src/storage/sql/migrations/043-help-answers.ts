import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

export const helpAnswers: Migration = {
  name: "043-help-answers",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("help_answer")
      .addColumn("uuid", text, (c) => c.primaryKey())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("topic", text, (c) => c.notNull())
      .addColumn("language", text, (c) => c.notNull())
      .addColumn("is_helpful", "integer", (c) => c.notNull())
      .addColumn("missing", text, (c) => c.notNull())
      .addColumn("account_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .execute();
    await db.schema.createIndex("help_answer_at").on("help_answer").columns(["at"]).execute();
  },
};

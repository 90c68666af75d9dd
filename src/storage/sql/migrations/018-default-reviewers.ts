import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

export const defaultReviewers: Migration = {
  name: "018-default-reviewers",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("repository_default_reviewer")
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .addColumn("added_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("repository_default_reviewer_key", ["repository_uuid", "account_uuid"])
      .execute();
    await db.schema
      .createIndex("repository_default_reviewer_account")
      .on("repository_default_reviewer")
      .column("account_uuid")
      .execute();
  },
};

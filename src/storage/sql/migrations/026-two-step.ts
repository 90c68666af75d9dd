import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Two-step verification: the seed of an app's codes, and codes for when the app is lost. */
export const twoStep: Migration = {
  name: "026-two-step",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const bytes = dialect === "postgres" ? "bytea" : "blob";
    await db.schema
      .createTable("two_step")
      .addColumn("account_uuid", text, (c) =>
        c.notNull().primaryKey().references("account.uuid").onDelete("cascade"),
      )
      .addColumn("seed", bytes, (c) => c.notNull())
      .addColumn("last_step", "bigint", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("enabled_at", "bigint")
      .execute();
    await db.schema
      .createTable("recovery_code")
      .addColumn("digest", bytes, (c) => c.notNull().primaryKey().check(sql`length(digest) = 32`))
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .execute();
    await db.schema.createIndex("recovery_code_account").on("recovery_code").column("account_uuid").execute();
  },
};

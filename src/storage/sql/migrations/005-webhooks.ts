import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

export const webhooks: Migration = {
  name: "005-webhooks",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("webhook")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      .addColumn("repository_uuid", text, (c) => c.references("repository.uuid").onDelete("cascade"))
      .addColumn("url", text, (c) => c.notNull())
      .addColumn("description", text, (c) => c.notNull())
      .addColumn("events", text, (c) => c.notNull())
      .addColumn("is_active", "integer", (c) => c.notNull().check(sql`is_active in (0, 1)`))
      .addColumn("secret", text)
      .addColumn("skips_certificate_check", "integer", (c) =>
        c.notNull().check(sql`skips_certificate_check in (0, 1)`),
      )
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex("webhook_subject")
      .on("webhook")
      .columns(["workspace_uuid", "repository_uuid"])
      .execute();
    // The sequence: SQLite gives rowids to an integer primary key, PostgreSQL has identity columns.
    await db.schema
      .createTable("webhook_delivery")
      .addColumn("sequence", dialect === "postgres" ? "bigint" : "integer", (c) =>
        dialect === "postgres" ? c.generatedAlwaysAsIdentity().primaryKey() : c.primaryKey().autoIncrement(),
      )
      .addColumn("uuid", text, (c) => c.notNull().unique())
      .addColumn("webhook_uuid", text, (c) => c.notNull().references("webhook.uuid").onDelete("cascade"))
      .addColumn("event_key", text, (c) => c.notNull())
      .addColumn("event", text, (c) => c.notNull())
      .addColumn("payload", text)
      .addColumn("state", text, (c) => c.notNull().check(sql`state in ('pending', 'delivered', 'failed')`))
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("due_at", "bigint", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("finished_at", "bigint")
      .addColumn("response_status", "integer")
      .addColumn("problem", text)
      .execute();
    await db.schema
      .createIndex("webhook_delivery_pending")
      .on("webhook_delivery")
      .columns(["webhook_uuid", "sequence"])
      .where(sql.ref("state"), "=", sql.lit("pending"))
      .execute();
    await db.schema
      .createIndex("webhook_delivery_created")
      .on("webhook_delivery")
      .column("created_at")
      .execute();
  },
};

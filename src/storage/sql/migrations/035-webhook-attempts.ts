import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What was sent to webhooks and answered, attempt by attempt. */
export const webhookAttempts: Migration = {
  name: "035-webhook-attempts",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("webhook_attempt")
      .addColumn("delivery_uuid", text, (c) =>
        c.notNull().references("webhook_delivery.uuid").onDelete("cascade"),
      )
      .addColumn("number", "integer", (c) => c.notNull())
      .addColumn("sent_at", "bigint", (c) => c.notNull())
      .addColumn("duration_ms", "integer", (c) => c.notNull())
      .addColumn("url", text, (c) => c.notNull())
      .addColumn("request_headers", text, (c) => c.notNull())
      .addColumn("response_status", "integer")
      .addColumn("response_headers", text, (c) => c.notNull())
      .addColumn("response_body", text)
      .addColumn("is_body_cut", "integer", (c) => c.notNull().check(sql`is_body_cut in (0, 1)`))
      .addColumn("problem", text)
      .addPrimaryKeyConstraint("webhook_attempt_pkey", ["delivery_uuid", "number"])
      .execute();
    // Pages list the deliveries of a webhook, the latest first.
    await db.schema
      .createIndex("webhook_delivery_webhook")
      .on("webhook_delivery")
      .columns(["webhook_uuid", "sequence"])
      .execute();
  },
};

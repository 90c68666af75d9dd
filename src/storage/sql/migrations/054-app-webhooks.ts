import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Webhooks that an app has by being installed. */
export const appWebhooks: Migration = {
  name: "054-app-webhooks",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .alterTable("webhook")
      .addColumn("app_installation_uuid", text, (c) =>
        c.references("app_installation.uuid").onDelete("cascade"),
      )
      .execute();
    await db.schema
      .createIndex("webhook_app_installation")
      .on("webhook")
      .column("app_installation_uuid")
      .execute();
  },
};

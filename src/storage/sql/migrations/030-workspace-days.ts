import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What was done in a workspace on each day, for the plots of its growth. */
export const workspaceDays: Migration = {
  name: "030-workspace-days",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("workspace_day")
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      // Whole days since 1970, UTC.
      .addColumn("day", "integer", (c) => c.notNull())
      .addColumn("pushes", "bigint", (c) => c.notNull())
      .addColumn("fetches", "bigint", (c) => c.notNull())
      .addColumn("cached_fetches", "bigint", (c) => c.notNull())
      // Null: not measured on that day.
      .addColumn("storage_bytes", "bigint")
      .addPrimaryKeyConstraint("workspace_day_pk", ["workspace_uuid", "day"])
      .execute();
  },
};

import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What a group gets in each new repository of its workspace, and whether new members are put into it. */
export const groupDefaults: Migration = {
  name: "068-group-defaults",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("group_default")
      .addColumn("group_uuid", text, (c) =>
        c.notNull().primaryKey().references("workspace_group.uuid").onDelete("cascade"),
      )
      // Null: nothing.
      .addColumn("permission", text)
      .addColumn("adds_members", "integer", (c) => c.notNull())
      .execute();
  },
};

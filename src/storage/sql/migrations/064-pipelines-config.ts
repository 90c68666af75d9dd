import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Whether a repository has Pipelines, and the number of its next pipeline. */
export const pipelinesConfig: Migration = {
  name: "064-pipelines-config",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("pipelines_config")
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().primaryKey().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("is_enabled", "integer", (c) => c.notNull().check(sql`is_enabled in (0, 1)`))
      // Null: it has never been enabled.
      .addColumn("first_enabled_at", "bigint")
      // 0: there has been no pipeline.
      .addColumn("latest_build_number", "bigint", (c) => c.notNull())
      .addColumn("next_build_number", "bigint", (c) => c.notNull())
      .execute();
  },
};

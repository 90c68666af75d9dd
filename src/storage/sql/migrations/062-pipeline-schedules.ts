import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Schedules of pipelines with what became of them, and the caches that steps have left. */
export const pipelineSchedules: Migration = {
  name: "062-pipeline-schedules",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("pipeline_schedule")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("is_enabled", "integer", (c) => c.notNull().check(sql`is_enabled in (0, 1)`))
      .addColumn("cron_pattern", text, (c) => c.notNull())
      .addColumn("ref_name", text, (c) => c.notNull())
      .addColumn("selector_type", text, (c) => c.notNull())
      .addColumn("selector_pattern", text)
      .addColumn("creator_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .execute();
    await db.schema
      .createTable("pipeline_schedule_execution")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("schedule_uuid", text, (c) =>
        c.notNull().references("pipeline_schedule.uuid").onDelete("cascade"),
      )
      .addColumn("executed_at", "bigint", (c) => c.notNull())
      .addColumn("pipeline_uuid", text, (c) => c.references("pipeline.uuid").onDelete("cascade"))
      .addColumn("error_key", text)
      .addColumn("error_message", text)
      .execute();
    await db.schema
      .createTable("pipeline_cache")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("pipeline_uuid", text, (c) => c.notNull().references("pipeline.uuid").onDelete("cascade"))
      .addColumn("step_uuid", text, (c) => c.notNull().references("pipeline_step.uuid").onDelete("cascade"))
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("key_hash", text, (c) => c.notNull())
      .addColumn("path", text, (c) => c.notNull())
      .addColumn("size_bytes", "bigint", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .execute();
    const indexes = {
      pipeline_schedule_repository: ["pipeline_schedule", "repository_uuid", "created_at"],
      pipeline_schedule_creator: ["pipeline_schedule", "creator_uuid"],
      pipeline_schedule_execution_schedule: ["pipeline_schedule_execution", "schedule_uuid", "executed_at"],
      pipeline_schedule_execution_pipeline: ["pipeline_schedule_execution", "pipeline_uuid"],
      pipeline_cache_repository: ["pipeline_cache", "repository_uuid", "name"],
      pipeline_cache_pipeline: ["pipeline_cache", "pipeline_uuid"],
      pipeline_cache_step: ["pipeline_cache", "step_uuid"],
    } as const;
    for (const [name, [table, ...columns]] of Object.entries(indexes))
      await db.schema
        .createIndex(name)
        .on(table)
        .columns([...columns])
        .execute();
  },
};

import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Pipelines with their steps, logs, variables and test cases. They go with their repository. */
export const pipelines: Migration = {
  name: "061-pipelines",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const bytes = dialect === "postgres" ? "bytea" : "blob";
    await db.schema
      .createTable("pipeline")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("build_number", "integer", (c) => c.notNull())
      .addColumn("creator_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .addColumn("trigger_kind", text, (c) =>
        c.notNull().check(sql`trigger_kind in ('PUSH', 'MANUAL', 'SCHEDULE', 'PARENT_STEP')`),
      )
      .addColumn("target_kind", text, (c) =>
        c.notNull().check(sql`target_kind in ('ref', 'commit', 'pull-request')`),
      )
      .addColumn("ref_type", text)
      .addColumn("ref_name", text)
      .addColumn("commit_id", text, (c) => c.notNull())
      .addColumn("pull_request_id", "integer")
      .addColumn("pull_request_title", text)
      .addColumn("destination_name", text)
      .addColumn("destination_commit_id", text)
      .addColumn("selector_type", text)
      .addColumn("selector_pattern", text)
      .addColumn("status", text, (c) =>
        c
          .notNull()
          .check(
            sql`status in ('PENDING', 'BUILDING', 'PAUSED', 'HALTED', 'PASSED', 'FAILED', 'ERROR', 'STOPPED', 'EXPIRED')`,
          ),
      )
      .addColumn("error_key", text)
      .addColumn("error_message", text)
      .addColumn("terminator_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("completed_at", "bigint")
      .addColumn("build_seconds", "integer", (c) => c.notNull())
      .addUniqueConstraint("pipeline_number", ["repository_uuid", "build_number"])
      .execute();
    await db.schema
      .createTable("pipeline_step")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("pipeline_uuid", text, (c) => c.notNull().references("pipeline.uuid").onDelete("cascade"))
      .addColumn("position", "integer", (c) => c.notNull())
      .addColumn("name", text)
      .addColumn("image", text, (c) => c.notNull())
      .addColumn("is_manual", "integer", (c) => c.notNull().check(sql`is_manual in (0, 1)`))
      .addColumn("deployment", text)
      .addColumn("max_minutes", "integer", (c) => c.notNull())
      .addColumn("script_commands", text, (c) => c.notNull())
      .addColumn("after_commands", text, (c) => c.notNull())
      .addColumn("status", text, (c) =>
        c
          .notNull()
          .check(
            sql`status in ('PENDING', 'PAUSED', 'READY', 'IN_PROGRESS', 'SUCCESSFUL', 'FAILED', 'ERROR', 'STOPPED', 'EXPIRED', 'NOT_RUN')`,
          ),
      )
      .addColumn("error_key", text)
      .addColumn("error_message", text)
      .addColumn("started_at", "bigint")
      .addColumn("completed_at", "bigint")
      .addColumn("log_bytes", "bigint")
      .addUniqueConstraint("pipeline_step_position", ["pipeline_uuid", "position"])
      .execute();
    await db.schema
      .createTable("pipeline_log_part")
      .addColumn("step_uuid", text, (c) => c.notNull().references("pipeline_step.uuid").onDelete("cascade"))
      .addColumn("offset_bytes", "bigint", (c) => c.notNull())
      .addColumn("content", bytes, (c) => c.notNull())
      .addPrimaryKeyConstraint("pipeline_log_part_key", ["step_uuid", "offset_bytes"])
      .execute();
    await db.schema
      .createTable("pipeline_run_variable")
      .addColumn("pipeline_uuid", text, (c) => c.notNull().references("pipeline.uuid").onDelete("cascade"))
      .addColumn("position", "integer", (c) => c.notNull())
      .addColumn("key", text, (c) => c.notNull())
      .addColumn("value", text)
      .addColumn("sealed_value", bytes)
      .addPrimaryKeyConstraint("pipeline_run_variable_key", ["pipeline_uuid", "position"])
      .addCheckConstraint("pipeline_run_variable_value", sql`(value is null) <> (sealed_value is null)`)
      .execute();
    await db.schema
      .createTable("pipeline_test_case")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("step_uuid", text, (c) => c.notNull().references("pipeline_step.uuid").onDelete("cascade"))
      .addColumn("position", "integer", (c) => c.notNull())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("fully_qualified_name", text, (c) => c.notNull())
      .addColumn("package_name", text, (c) => c.notNull())
      .addColumn("status", text, (c) =>
        c.notNull().check(sql`status in ('SUCCESSFUL', 'FAILED', 'ERROR', 'SKIPPED')`),
      )
      .addColumn("duration_ms", "bigint", (c) => c.notNull())
      .addColumn("reason", text)
      .addUniqueConstraint("pipeline_test_case_position", ["step_uuid", "position"])
      .execute();
    const indexes = {
      pipeline_created: ["repository_uuid", "created_at"],
      pipeline_creator: ["creator_uuid"],
      pipeline_terminator: ["terminator_uuid"],
    } as const;
    for (const [name, columns] of Object.entries(indexes))
      await db.schema
        .createIndex(name)
        .on("pipeline")
        .columns([...columns])
        .execute();
  },
};

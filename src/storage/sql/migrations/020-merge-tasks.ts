import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Merges that their callers do not wait for. */
export const mergeTasks: Migration = {
  name: "020-merge-tasks",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("pull_request_merge_task")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("repository_uuid", text, (c) => c.notNull())
      .addColumn("pull_request_id", "integer", (c) => c.notNull())
      .addColumn("state", text, (c) => c.notNull().check(sql`state in ('PENDING', 'SUCCESS', 'FAILED')`))
      .addColumn("failure", text)
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("deadline_at", "bigint", (c) => c.notNull())
      .addForeignKeyConstraint(
        "pull_request_merge_task_of",
        ["repository_uuid", "pull_request_id"],
        "pull_request",
        ["repository_uuid", "id"],
        (c) => c.onDelete("cascade"),
      )
      .execute();
    await db.schema
      .createIndex("pull_request_merge_task_pull_request")
      .on("pull_request_merge_task")
      .columns(["repository_uuid", "pull_request_id"])
      .execute();
    await db.schema
      .createIndex("pull_request_merge_task_created")
      .on("pull_request_merge_task")
      .column("created_at")
      .execute();
    // Hardly any: those whose merge was cut off are looked for.
    await db.schema
      .createIndex("pull_request_queued")
      .on("pull_request")
      .columns(["repository_uuid", "id"])
      .where(sql.ref("is_queued"), "=", sql.lit(1))
      .execute();
  },
};

import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Self-hosted runners of a repository or of a workspace. */
export const pipelineRunners: Migration = {
  name: "063-pipeline-runners",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const bytes = dialect === "postgres" ? "bytea" : "blob";
    await db.schema
      .createTable("pipeline_runner")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("repository_uuid", text, (c) => c.references("repository.uuid").onDelete("cascade"))
      .addColumn("workspace_uuid", text, (c) => c.references("workspace.uuid").onDelete("cascade"))
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("labels", text, (c) => c.notNull())
      .addColumn("is_disabled", "integer", (c) => c.notNull().check(sql`is_disabled in (0, 1)`))
      .addColumn("client_id", text, (c) => c.notNull().unique())
      .addColumn("secret_digest", bytes, (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addCheckConstraint("pipeline_runner_owner", sql`(repository_uuid is null) <> (workspace_uuid is null)`)
      .execute();
    for (const owner of ["repository_uuid", "workspace_uuid"] as const)
      await db.schema
        .createIndex(`pipeline_runner_${owner.replace("_uuid", "")}`)
        .on("pipeline_runner")
        .columns([owner, "created_at"])
        .execute();
  },
};

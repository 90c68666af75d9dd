import { type ColumnDataType, type ColumnDefinitionBuilder, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Environments of repositories, and what has been deployed to them. */
export const deployments: Migration = {
  name: "065-deployments",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const sequence = (c: ColumnDefinitionBuilder) =>
      dialect === "postgres" ? c.generatedAlwaysAsIdentity().primaryKey() : c.primaryKey().autoIncrement();
    await db.schema
      .createTable("deployment_environment")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("name", text, (c) => c.notNull())
      // Folded: names that differ in case alone are the same.
      .addColumn("name_key", text, (c) => c.notNull())
      .addColumn("slug", text, (c) => c.notNull())
      .addColumn("environment_type", text, (c) =>
        c.notNull().check(sql`environment_type in ('Test', 'Staging', 'Production')`),
      )
      .addColumn("rank", "integer", (c) => c.notNull())
      .addColumn("is_admin_only", "integer", (c) => c.notNull().check(sql`is_admin_only in (0, 1)`))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addUniqueConstraint("deployment_environment_name", ["repository_uuid", "name_key"])
      .execute();
    await db.schema
      .createTable("deployment")
      .addColumn("sequence", dialect === "postgres" ? "bigint" : "integer", sequence)
      .addColumn("uuid", text, (c) => c.notNull().unique())
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("environment_uuid", text, (c) =>
        c.notNull().references("deployment_environment.uuid").onDelete("cascade"),
      )
      .addColumn("pipeline_uuid", text, (c) => c.notNull())
      .addColumn("build_number", "bigint", (c) => c.notNull())
      .addColumn("step_uuid", text, (c) => c.notNull().unique())
      .addColumn("release_uuid", text, (c) => c.notNull())
      .addColumn("commit_id", text, (c) => c.notNull())
      .addColumn("deployer_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .addColumn("state", text, (c) =>
        c.notNull().check(sql`state in ('UNDEPLOYED', 'IN_PROGRESS', 'COMPLETED')`),
      )
      // Null unless the state is COMPLETED.
      .addColumn("status", text, (c) => c.check(sql`status in ('SUCCESSFUL', 'FAILED', 'STOPPED')`))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addColumn("started_at", "bigint")
      .addColumn("completed_at", "bigint")
      .execute();
    const indexes = {
      deployment_repository: ["repository_uuid", "sequence"],
      deployment_environment_sequence: ["environment_uuid", "sequence"],
      deployment_deployer: ["deployer_uuid"],
    } as const;
    for (const [name, columns] of Object.entries(indexes))
      await db.schema
        .createIndex(name)
        .on("deployment")
        .columns([...columns])
        .execute();
  },
};

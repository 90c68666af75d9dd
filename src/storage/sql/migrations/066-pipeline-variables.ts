import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Variables of workspaces, repositories and environments; key pairs and known hosts of repositories. */
export const pipelineVariables: Migration = {
  name: "066-pipeline-variables",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const bytes = dialect === "postgres" ? "bytea" : "blob";
    await db.schema
      .createTable("pipeline_variable")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      // That of the one of the three that is not null.
      .addColumn("owner_uuid", text, (c) => c.notNull())
      .addColumn("workspace_uuid", text, (c) => c.references("workspace.uuid").onDelete("cascade"))
      .addColumn("repository_uuid", text, (c) => c.references("repository.uuid").onDelete("cascade"))
      .addColumn("environment_uuid", text, (c) =>
        c.references("deployment_environment.uuid").onDelete("cascade"),
      )
      .addColumn("key", text, (c) => c.notNull())
      // Null if it is secured.
      .addColumn("value", text)
      .addColumn("sealed_value", bytes)
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addCheckConstraint("pipeline_variable_value", sql`(value is null) <> (sealed_value is null)`)
      .addUniqueConstraint("pipeline_variable_key", ["owner_uuid", "key"])
      .execute();
    await db.schema
      .createTable("pipeline_key_pair")
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().primaryKey().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("public_key", text, (c) => c.notNull())
      .addColumn("sealed_private_key", bytes, (c) => c.notNull())
      .execute();
    await db.schema
      .createTable("pipeline_known_host")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("hostname", text, (c) => c.notNull())
      // In lower case.
      .addColumn("hostname_key", text, (c) => c.notNull())
      .addColumn("key_type", text, (c) => c.notNull())
      .addColumn("key", text, (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addUniqueConstraint("pipeline_known_host_name", ["repository_uuid", "hostname_key"])
      .execute();
    for (const column of ["workspace_uuid", "repository_uuid", "environment_uuid"])
      await db.schema
        .createIndex(`pipeline_variable_${column}`)
        .on("pipeline_variable")
        .column(column)
        .execute();
  },
};

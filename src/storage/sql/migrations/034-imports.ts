import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Imports that pages show while they run. */
export const imports: Migration = {
  name: "034-imports",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("repository_import")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      .addColumn("project_uuid", text, (c) => c.notNull())
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .addColumn("slug", text, (c) => c.notNull())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("is_private", "integer", (c) => c.notNull().check(sql`is_private in (0, 1)`))
      .addColumn("source", text, (c) => c.notNull())
      .addColumn("state", text, (c) =>
        c.notNull().check(sql`state in ('running', 'done', 'failed', 'cancelled')`),
      )
      .addColumn("step", text, (c) => c.notNull())
      .addColumn("received_bytes", "bigint", (c) => c.notNull())
      .addColumn("ref_count", "integer")
      .addColumn("left_out", text, (c) => c.notNull())
      .addColumn("problem", text)
      .addColumn("problem_text", text)
      .addColumn("repository_uuid", text, (c) => c.references("repository.uuid").onDelete("set null"))
      .addColumn("is_cancelling", "integer", (c) => c.notNull().check(sql`is_cancelling in (0, 1)`))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("deadline_at", "bigint", (c) => c.notNull())
      .addColumn("finished_at", "bigint")
      .execute();
    const indexes = {
      repository_import_starter: ["workspace_uuid", "account_uuid", "created_at"],
      repository_import_account: ["account_uuid"],
      repository_import_repository: ["repository_uuid"],
      repository_import_created: ["created_at"],
    };
    for (const [name, columns] of Object.entries(indexes))
      await db.schema.createIndex(name).on("repository_import").columns(columns).execute();
    await db.schema
      .createIndex("repository_import_running")
      .on("repository_import")
      .column("deadline_at")
      .where(sql.ref("state"), "=", sql.lit("running"))
      .execute();
  },
};

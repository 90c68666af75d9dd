import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

export const formerNames: Migration = {
  name: "014-former-names",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    // A name leads to the repository that had it last, until another one takes it.
    await db.schema
      .createTable("former_repository_slug")
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      .addColumn("slug", text, (c) => c.notNull())
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("left_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("former_repository_slug_pk", ["workspace_uuid", "slug"])
      .execute();
    await db.schema
      .createIndex("former_repository_slug_repository")
      .on("former_repository_slug")
      .columns(["repository_uuid", "left_at"])
      .execute();
    // What clients asked for and this server does not have, counted: by the published path, or by the path's shape.
    await db.schema
      .createTable("unknown_operation")
      .addColumn("method", text, (c) => c.notNull())
      .addColumn("path", text, (c) => c.notNull())
      .addColumn("is_published", "integer", (c) => c.notNull())
      .addColumn("requests", "bigint", (c) => c.notNull())
      .addColumn("first_at", "bigint", (c) => c.notNull())
      .addColumn("last_at", "bigint", (c) => c.notNull())
      .addColumn("last_account_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .addPrimaryKeyConstraint("unknown_operation_pk", ["method", "path"])
      .execute();
  },
};

import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Tokens of all kinds beside API tokens, what they are limited to, and the accounts of those that are no person's. */
export const credentials: Migration = {
  name: "044-credentials",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .alterTable("account")
      .addColumn("account_kind", text, (c) => c.notNull().defaultTo("user"))
      .execute();
    await db.schema
      .alterTable("api_token")
      .addColumn("kind", text, (c) => c.notNull().defaultTo("api-token"))
      .execute();
    await db.schema.alterTable("api_token").addColumn("bound", text).execute();
    await db.schema
      .alterTable("api_token")
      .addColumn("parent_uuid", text, (c) => c.references("api_token.uuid"))
      .execute();
    await db.schema.alterTable("api_token").addColumn("grant_uuid", text).execute();
    await db.schema
      .createIndex("api_token_grant")
      .on("api_token")
      .column("grant_uuid")
      .where("grant_uuid", "is not", null)
      .execute();
    await db.schema
      .createTable("api_token_ancestor")
      .addColumn("token_uuid", text, (c) => c.notNull().references("api_token.uuid").onDelete("cascade"))
      .addColumn("ancestor_uuid", text, (c) => c.notNull().references("api_token.uuid").onDelete("cascade"))
      .addPrimaryKeyConstraint("api_token_ancestor_pk", ["token_uuid", "ancestor_uuid"])
      .execute();
    await db.schema
      .createIndex("api_token_ancestor_ancestor")
      .on("api_token_ancestor")
      .column("ancestor_uuid")
      .execute();
    await db.schema
      .createTable("app_user")
      .addColumn("account_uuid", text, (c) =>
        c.notNull().primaryKey().references("account.uuid").onDelete("cascade"),
      )
      .addColumn("repository_uuid", text, (c) => c.references("repository.uuid").onDelete("set null"))
      .addColumn("project_uuid", text, (c) => c.references("project.uuid").onDelete("set null"))
      .addColumn("workspace_uuid", text, (c) => c.references("workspace.uuid").onDelete("set null"))
      .execute();
    for (const column of ["repository_uuid", "project_uuid", "workspace_uuid"])
      await db.schema.createIndex(`app_user_${column}`).on("app_user").column(column).execute();
  },
};

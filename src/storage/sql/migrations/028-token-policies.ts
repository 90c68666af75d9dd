import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What workspaces ask of the tokens that are used in them, and which single tokens they refuse. */
export const tokenPolicies: Migration = {
  name: "028-token-policies",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("workspace_token_policy")
      .addColumn("workspace_uuid", text, (c) =>
        c.notNull().primaryKey().references("workspace.uuid").onDelete("cascade"),
      )
      .addColumn("lifetime_days_max", "integer", (c) => c.check(sql`lifetime_days_max between 1 and 365`))
      .addColumn("enforced_from", "bigint", (c) => c.notNull())
      .addColumn("changed_at", "bigint", (c) => c.notNull())
      .execute();
    await db.schema
      .createTable("workspace_refused_scope")
      .addColumn("workspace_uuid", text, (c) =>
        c.notNull().references("workspace_token_policy.workspace_uuid").onDelete("cascade"),
      )
      .addColumn("scope", text, (c) => c.notNull())
      .addPrimaryKeyConstraint("workspace_refused_scope_pk", ["workspace_uuid", "scope"])
      .execute();
    await db.schema
      .createTable("workspace_token_block")
      .addColumn("token_uuid", text, (c) => c.notNull().references("api_token.uuid").onDelete("cascade"))
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      .addColumn("blocked_at", "bigint", (c) => c.notNull())
      .addColumn("blocked_by_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      // The token first: each request asks by it.
      .addPrimaryKeyConstraint("workspace_token_block_pk", ["token_uuid", "workspace_uuid"])
      .execute();
    await db.schema
      .createIndex("workspace_token_block_workspace")
      .on("workspace_token_block")
      .column("workspace_uuid")
      .execute();
  },
};

import { type ColumnDataType, type ColumnDefinitionBuilder, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Connect apps: which are registered and installed, what was asked of them, what they store. */
export const apps: Migration = {
  name: "053-apps",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const bytes = dialect === "postgres" ? "bytea" : "blob";
    const numbered = (name: "number" | "sequence") =>
      [
        name,
        dialect === "postgres" ? "bigint" : "integer",
        (c: ColumnDefinitionBuilder) =>
          dialect === "postgres"
            ? c.generatedAlwaysAsIdentity().primaryKey()
            : c.primaryKey().autoIncrement(),
      ] as const;
    await db.schema
      .createTable("app_settings")
      .addColumn("workspace_uuid", text, (c) =>
        c.notNull().primaryKey().references("workspace.uuid").onDelete("cascade"),
      )
      .addColumn("has_development_mode", "integer", (c) =>
        c.notNull().check(sql`has_development_mode in (0, 1)`),
      )
      .execute();
    await db.schema
      .createTable("app_registration")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      .addColumn("app_key", text, (c) => c.notNull().unique())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("descriptor_url", text, (c) => c.notNull())
      .addColumn("sealed_secret", bytes, (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .execute();
    await db.schema
      .createTable("app_installation")
      .addColumn(...numbered("number"))
      .addColumn("uuid", text, (c) => c.notNull().unique())
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .addColumn("app_key", text, (c) => c.notNull())
      .addColumn("client_key", text, (c) => c.notNull().unique())
      .addColumn("descriptor_url", text, (c) => c.notNull())
      .addColumn("descriptor", text, (c) => c.notNull())
      .addColumn("is_registered", "integer", (c) => c.notNull().check(sql`is_registered in (0, 1)`))
      .addColumn("sealed_secret", bytes, (c) => c.notNull())
      .addColumn("public_key", text, (c) => c.notNull())
      .addColumn("state", text, (c) =>
        c.notNull().check(sql`state in ('incomplete', 'installed', 'uninstalled')`),
      )
      .addColumn("installing_until", "bigint")
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addUniqueConstraint("app_installation_place", ["workspace_uuid", "app_key"])
      .execute();
    await db.schema
      .createTable("app_call")
      .addColumn(...numbered("sequence"))
      .addColumn("uuid", text, (c) => c.notNull().unique())
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      .addColumn("app_key", text)
      .addColumn("kind", text, (c) =>
        c.notNull().check(sql`kind in ('descriptor', 'installed', 'uninstalled')`),
      )
      .addColumn("sent_at", "bigint", (c) => c.notNull())
      .addColumn("duration_ms", "integer", (c) => c.notNull())
      .addColumn("method", text, (c) => c.notNull())
      .addColumn("url", text, (c) => c.notNull())
      .addColumn("canonical_request", text)
      .addColumn("request_headers", text, (c) => c.notNull())
      .addColumn("request_body", text)
      .addColumn("response_status", "integer")
      .addColumn("response_headers", text, (c) => c.notNull())
      .addColumn("response_body", text)
      .addColumn("problem", text)
      .execute();
    await db.schema
      .createTable("app_property")
      .addColumn("installation_uuid", text, (c) =>
        c.notNull().references("app_installation.uuid").onDelete("cascade"),
      )
      .addColumn("subject", text, (c) => c.notNull())
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("repository_uuid", text, (c) => c.references("repository.uuid").onDelete("cascade"))
      .addColumn("account_uuid", text, (c) => c.references("account.uuid").onDelete("cascade"))
      .addColumn("value", text, (c) => c.notNull())
      .addColumn("is_public", "integer", (c) => c.notNull().check(sql`is_public in (0, 1)`))
      .addColumn("is_read_only", "integer", (c) => c.notNull().check(sql`is_read_only in (0, 1)`))
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("app_property_pkey", ["installation_uuid", "subject", "name"])
      .execute();
    const indexes = {
      app_registration_workspace: ["app_registration", "workspace_uuid"],
      app_installation_account: ["app_installation", "account_uuid"],
      app_call_workspace: ["app_call", "workspace_uuid", "sequence"],
      app_call_sent: ["app_call", "sent_at"],
      app_property_repository: ["app_property", "repository_uuid"],
      app_property_account: ["app_property", "account_uuid"],
    } as const;
    for (const [name, [table, ...columns]] of Object.entries(indexes))
      await db.schema
        .createIndex(name)
        .on(table)
        .columns([...columns])
        .execute();
  },
};

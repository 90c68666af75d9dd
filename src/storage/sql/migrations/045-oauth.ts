import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** OAuth 2.0: consumers of workspaces, what accounts granted them, and what is on its way to a grant. */
export const oauth: Migration = {
  name: "045-oauth",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const bytes = dialect === "postgres" ? "bytea" : "blob";
    await db.schema
      .createTable("oauth_consumer")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
      .addColumn("account_uuid", text, (c) => c.notNull().unique().references("account.uuid"))
      .addColumn("key", text, (c) => c.notNull().unique())
      .addColumn("secret_digest", bytes, (c) => c.notNull().check(sql`length(secret_digest) = 32`))
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("description", text, (c) => c.notNull())
      .addColumn("url", text)
      .addColumn("callback_url", text)
      .addColumn("is_private", "integer", (c) => c.notNull())
      .addColumn("scopes", text, (c) => c.notNull())
      .addColumn("created_by_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addColumn("last_used_at", "bigint")
      .addUniqueConstraint("oauth_consumer_name", ["workspace_uuid", "name"])
      .execute();
    await db.schema
      .createTable("oauth_grant")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("kind", text, (c) =>
        c.notNull().check(sql`kind in ('authorization-code', 'client-credentials', 'device', 'app')`),
      )
      // Null: an app's.
      .addColumn("consumer_uuid", text, (c) => c.references("oauth_consumer.uuid").onDelete("cascade"))
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .addColumn("scopes", text, (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("last_used_at", "bigint")
      .addColumn("revoked_at", "bigint")
      .execute();
    await db.schema
      .createTable("oauth_code")
      .addColumn("digest", bytes, (c) => c.notNull().primaryKey().check(sql`length(digest) = 32`))
      .addColumn("consumer_uuid", text, (c) =>
        c.notNull().references("oauth_consumer.uuid").onDelete("cascade"),
      )
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .addColumn("redirect_uri", text)
      .addColumn("challenge", text)
      .addColumn("scopes", text, (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      // Of the grant that it became. Null: it was not used.
      .addColumn("grant_uuid", text, (c) => c.references("oauth_grant.uuid").onDelete("cascade"))
      .execute();
    await db.schema
      .createTable("oauth_refresh_token")
      .addColumn("digest", bytes, (c) => c.notNull().primaryKey().check(sql`length(digest) = 32`))
      .addColumn("grant_uuid", text, (c) => c.notNull().references("oauth_grant.uuid").onDelete("cascade"))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .addColumn("used_at", "bigint")
      .execute();
    await db.schema
      .createTable("oauth_device_code")
      .addColumn("digest", bytes, (c) => c.notNull().primaryKey().check(sql`length(digest) = 32`))
      .addColumn("user_code_digest", bytes, (c) =>
        c.notNull().unique().check(sql`length(user_code_digest) = 32`),
      )
      .addColumn("consumer_uuid", text, (c) =>
        c.notNull().references("oauth_consumer.uuid").onDelete("cascade"),
      )
      .addColumn("scopes", text, (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .addColumn("polled_at", "bigint")
      // Who has decided, and what.
      .addColumn("account_uuid", text, (c) => c.references("account.uuid").onDelete("cascade"))
      .addColumn("is_allowed", "integer")
      .execute();
    for (const [table, column] of [
      ["oauth_consumer", "created_by_uuid"],
      ["oauth_grant", "consumer_uuid"],
      ["oauth_grant", "account_uuid"],
      ["oauth_code", "consumer_uuid"],
      ["oauth_code", "account_uuid"],
      ["oauth_code", "grant_uuid"],
      ["oauth_code", "expires_at"],
      ["oauth_refresh_token", "grant_uuid"],
      ["oauth_refresh_token", "expires_at"],
      ["oauth_device_code", "consumer_uuid"],
      ["oauth_device_code", "account_uuid"],
      ["oauth_device_code", "expires_at"],
    ] as const)
      await db.schema
        .createIndex(`${table}_${column.replace(/_(?:uuid|at)$/, "")}`)
        .on(table)
        .column(column)
        .execute();
  },
};

import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Links that work once: to choose a password, to accept an invitation, to confirm an address. */
export const oneTimeLinks: Migration = {
  name: "025-one-time-links",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("one_time_link")
      .addColumn("uuid", text, (c) => c.notNull().primaryKey())
      .addColumn("kind", text, (c) =>
        c.notNull().check(sql`kind in ('first-account', 'password', 'invitation', 'email')`),
      )
      .addColumn("digest", dialect === "postgres" ? "bytea" : "blob", (c) =>
        c.notNull().unique().check(sql`length(digest) = 32`),
      )
      .addColumn("account_uuid", text, (c) => c.references("account.uuid").onDelete("cascade"))
      .addColumn("address", text)
      .addColumn("address_key", text)
      .addColumn("workspace_uuid", text, (c) => c.references("workspace.uuid").onDelete("cascade"))
      .addColumn("group_uuid", text, (c) => c.references("workspace_group.uuid").onDelete("set null"))
      .addColumn("role", text, (c) => c.check(sql`role in ('owner', 'member')`))
      .addColumn("repository_permission", text, (c) =>
        c.check(sql`repository_permission in ('none', 'read', 'write', 'admin')`),
      )
      .addColumn("created_by_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .execute();
    for (const columns of [
      ["account_uuid", "kind"],
      ["workspace_uuid", "created_at"],
      ["group_uuid"],
      ["created_by_uuid"],
      ["expires_at"],
    ])
      await db.schema
        .createIndex(`one_time_link_${columns[0]!.replace(/_(?:uuid|at)$/, "")}`)
        .on("one_time_link")
        .columns(columns)
        .execute();
  },
};

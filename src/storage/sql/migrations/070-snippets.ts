import { type ColumnDataType, type Expression, type Kysely, sql } from "kysely";
import type { Dialect, Migration } from "./migration.ts";

type Type = ColumnDataType | Expression<unknown>;

/** Snippets, what is said about them, and who watches them. Their refs are those of the repositories that they name. */
export const snippets: Migration = {
  name: "070-snippets",
  async up(db, dialect) {
    const text: Type = dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("snippet")
      .addColumn("repository_uuid", text, (c) =>
        c.primaryKey().notNull().references("repository.uuid").onDelete("cascade"),
      )
      // As repositories do: their folders would be left behind.
      .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("restrict"))
      .addColumn("id", text, (c) => c.notNull().unique())
      .addColumn("title", text, (c) => c.notNull())
      .addColumn("is_private", "integer", (c) => c.notNull().check(sql`is_private in (0, 1)`))
      .addColumn("creator_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex("snippet_listed")
      .on("snippet")
      .columns(["workspace_uuid", "created_at", "id"])
      .execute();
    await db.schema.createIndex("snippet_creator").on("snippet").column("creator_uuid").execute();
    await createComments(db, text, dialect);
    await createWatchers(db, text);
  },
};

async function createComments(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  const table = db.schema.createTable("snippet_comment");
  const withId =
    dialect === "postgres"
      ? table.addColumn("id", "bigint", (c) => c.primaryKey().generatedAlwaysAsIdentity())
      : table.addColumn("id", "integer", (c) => c.primaryKey().autoIncrement());
  await withId
    .addColumn("snippet_uuid", text, (c) =>
      c.notNull().references("snippet.repository_uuid").onDelete("cascade"),
    )
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("raw", text, (c) => c.notNull())
    .addColumn("parent_id", "bigint", (c) => c.references("snippet_comment.id").onDelete("set null"))
    .addColumn("is_deleted", "integer", (c) => c.notNull().check(sql`is_deleted in (0, 1)`))
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("updated_at", "bigint", (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex("snippet_comment_listed")
    .on("snippet_comment")
    .columns(["snippet_uuid", "id"])
    .execute();
  for (const column of ["account_uuid", "parent_id"])
    await db.schema.createIndex(`snippet_comment_${column}`).on("snippet_comment").column(column).execute();
}

async function createWatchers(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("snippet_watcher")
    .addColumn("snippet_uuid", text, (c) =>
      c.notNull().references("snippet.repository_uuid").onDelete("cascade"),
    )
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("started_at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("snippet_watcher_key", ["snippet_uuid", "account_uuid"])
    .execute();
  await db.schema
    .createIndex("snippet_watcher_account")
    .on("snippet_watcher")
    .column("account_uuid")
    .execute();
}

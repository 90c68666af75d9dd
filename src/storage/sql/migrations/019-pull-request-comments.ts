import { type ColumnDataType, type CreateTableBuilder, type Expression, type Kysely, sql } from "kysely";
import type { Dialect, Migration } from "./migration.ts";

type Type = ColumnDataType | Expression<unknown>;
type Table = CreateTableBuilder<string, string>;

/** Comments on pull requests, and their tasks. */
export const pullRequestComments: Migration = {
  name: "019-pull-request-comments",
  async up(db, dialect) {
    const text: Type = dialect === "postgres" ? sql`text collate "C"` : "text";
    await createComments(db, text, dialect);
    await createTasks(db, text, dialect);
  },
};

async function createComments(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  const table = "pull_request_comment";
  await onPullRequest(withId(db.schema.createTable(table), dialect), table, text)
    .addColumn("parent_id", "bigint", (c) => c.references(`${table}.id`).onDelete("set null"))
    .addColumn("inline_path", text)
    .addColumn("inline_from", "integer")
    .addColumn("inline_to", "integer")
    .addColumn("inline_start_from", "integer")
    .addColumn("inline_start_to", "integer")
    // The commits in which the lines are these, of an inline comment.
    .addColumn("source_commit", text)
    .addColumn("destination_commit", text)
    .addColumn("base_commit", text)
    .addColumn("is_outdated", "integer", (c) => c.notNull().check(sql`is_outdated in (0, 1)`))
    .addColumn("is_deleted", "integer", (c) => c.notNull().check(sql`is_deleted in (0, 1)`))
    .execute();
  await createIndexes(db, table, ["account_uuid", "parent_id", "resolved_by_uuid"]);
}

async function createTasks(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  const table = "pull_request_task";
  await onPullRequest(withId(db.schema.createTable(table), dialect), table, text)
    .addColumn("comment_id", "bigint", (c) => c.references("pull_request_comment.id").onDelete("set null"))
    .execute();
  await createIndexes(db, table, ["account_uuid", "comment_id", "resolved_by_uuid"]);
}

/** Neither database gives out an id a second time. */
function withId(table: Table, dialect: Dialect): Table {
  return dialect === "postgres"
    ? table.addColumn("id", "bigint", (c) => c.primaryKey().generatedAlwaysAsIdentity())
    : table.addColumn("id", "integer", (c) => c.primaryKey().autoIncrement());
}

/** What somebody writes on a pull request, and somebody resolves. */
function onPullRequest(table: Table, name: string, text: Type): Table {
  return table
    .addColumn("repository_uuid", text, (c) => c.notNull())
    .addColumn("pull_request_id", "integer", (c) => c.notNull())
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("raw", text, (c) => c.notNull())
    .addColumn("is_pending", "integer", (c) => c.notNull().check(sql`is_pending in (0, 1)`))
    .addColumn("resolved_by_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
    .addColumn("resolved_at", "bigint")
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("updated_at", "bigint", (c) => c.notNull())
    .addForeignKeyConstraint(
      `${name}_of`,
      ["repository_uuid", "pull_request_id"],
      "pull_request",
      ["repository_uuid", "id"],
      (c) => c.onDelete("cascade"),
    );
}

async function createIndexes(
  db: Kysely<unknown>,
  table: string,
  references: readonly string[],
): Promise<void> {
  await db.schema
    .createIndex(`${table}_listed`)
    .on(table)
    .columns(["repository_uuid", "pull_request_id", "id"])
    .execute();
  for (const column of references)
    await db.schema.createIndex(`${table}_${column}`).on(table).column(column).execute();
}

import { type ColumnDataType, type Expression, type Kysely, sql } from "kysely";
import type { Dialect, Migration } from "./migration.ts";

type Type = ColumnDataType | Expression<unknown>;

/** Pull requests, who takes part in each, and what has happened to it. */
export const pullRequests: Migration = {
  name: "017-pull-requests",
  async up(db, dialect) {
    const text: Type = dialect === "postgres" ? sql`text collate "C"` : "text";
    await createPullRequests(db, text);
    await createParticipants(db, text);
    await createActivity(db, text, dialect);
  },
};

async function createPullRequests(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("pull_request")
    .addColumn("repository_uuid", text, (c) => c.notNull().references("repository.uuid").onDelete("cascade"))
    .addColumn("id", "integer", (c) => c.notNull())
    .addColumn("title", text, (c) => c.notNull())
    .addColumn("description", text, (c) => c.notNull())
    .addColumn("state", text, (c) =>
      c.notNull().check(sql`state in ('OPEN', 'MERGED', 'DECLINED', 'SUPERSEDED')`),
    )
    .addColumn("is_draft", "integer", (c) => c.notNull().check(sql`is_draft in (0, 1)`))
    .addColumn("is_queued", "integer", (c) => c.notNull().check(sql`is_queued in (0, 1)`))
    .addColumn("author_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("closed_by_uuid", text, (c) => c.references("account.uuid").onDelete("set null"))
    .addColumn("reason", text, (c) => c.notNull())
    .addColumn("merge_commit", text)
    .addColumn("close_source_branch", "integer", (c) => c.notNull().check(sql`close_source_branch in (0, 1)`))
    .addColumn("comment_count", "integer", (c) => c.notNull())
    .addColumn("task_count", "integer", (c) => c.notNull())
    .addColumn("source_repository_uuid", text, (c) => c.references("repository.uuid").onDelete("set null"))
    .addColumn("source_branch", text, (c) => c.notNull())
    .addColumn("source_commit", text, (c) => c.notNull())
    .addColumn("destination_branch", text, (c) => c.notNull())
    // Null while it is open: then it is wherever the branch is.
    .addColumn("destination_commit", text)
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("updated_at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("pull_request_key", ["repository_uuid", "id"])
    .execute();
  await db.schema
    .createIndex("pull_request_listed")
    .on("pull_request")
    .columns(["repository_uuid", "state", "updated_at", "id"])
    .execute();
  // What a push looks for: open ones from and into its branches.
  await db.schema
    .createIndex("pull_request_open_source")
    .on("pull_request")
    .columns(["source_repository_uuid", "source_branch"])
    .where(sql.ref("state"), "=", sql.lit("OPEN"))
    .execute();
  // Only one from a branch into another.
  await db.schema
    .createIndex("pull_request_open_destination")
    .unique()
    .on("pull_request")
    .columns(["repository_uuid", "destination_branch", "source_repository_uuid", "source_branch"])
    .where(sql.ref("state"), "=", sql.lit("OPEN"))
    .execute();
  for (const column of ["author_uuid", "closed_by_uuid", "source_repository_uuid"])
    await db.schema.createIndex(`pull_request_${column}`).on("pull_request").column(column).execute();
}

async function createParticipants(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("pull_request_participant")
    .addColumn("repository_uuid", text, (c) => c.notNull())
    .addColumn("pull_request_id", "integer", (c) => c.notNull())
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("is_reviewer", "integer", (c) => c.notNull().check(sql`is_reviewer in (0, 1)`))
    .addColumn("state", text, (c) => c.check(sql`state in ('approved', 'changes_requested')`))
    .addColumn("participated_at", "bigint")
    .addColumn("position", "integer", (c) => c.notNull())
    .addPrimaryKeyConstraint("pull_request_participant_key", [
      "repository_uuid",
      "pull_request_id",
      "account_uuid",
    ])
    .addForeignKeyConstraint(
      "pull_request_participant_of",
      ["repository_uuid", "pull_request_id"],
      "pull_request",
      ["repository_uuid", "id"],
      (c) => c.onDelete("cascade"),
    )
    .execute();
  await db.schema
    .createIndex("pull_request_participant_account")
    .on("pull_request_participant")
    .column("account_uuid")
    .execute();
}

async function createActivity(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  const table = db.schema.createTable("pull_request_activity");
  const withId =
    dialect === "postgres"
      ? table.addColumn("id", "bigint", (c) => c.primaryKey().generatedAlwaysAsIdentity())
      : table.addColumn("id", "integer", (c) => c.primaryKey().autoIncrement());
  await withId
    .addColumn("repository_uuid", text, (c) => c.notNull())
    .addColumn("pull_request_id", "integer", (c) => c.notNull())
    .addColumn("kind", text, (c) =>
      c.notNull().check(sql`kind in ('update', 'approval', 'changes_requested', 'comment')`),
    )
    .addColumn("account_uuid", text, (c) => c.references("account.uuid").onDelete("cascade"))
    .addColumn("comment_id", "bigint")
    // JSON: of an update what the pull request was like after it, and what has changed.
    .addColumn("details", text)
    .addColumn("at", "bigint", (c) => c.notNull())
    .addForeignKeyConstraint(
      "pull_request_activity_of",
      ["repository_uuid", "pull_request_id"],
      "pull_request",
      ["repository_uuid", "id"],
      (c) => c.onDelete("cascade"),
    )
    .execute();
  await db.schema
    .createIndex("pull_request_activity_listed")
    .on("pull_request_activity")
    .columns(["repository_uuid", "pull_request_id", "id"])
    .execute();
  await db.schema
    .createIndex("pull_request_activity_account")
    .on("pull_request_activity")
    .column("account_uuid")
    .execute();
}

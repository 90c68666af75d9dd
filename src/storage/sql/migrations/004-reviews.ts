import {
  type ColumnDataType,
  type CreateTableBuilder,
  type Expression,
  type Kysely,
  type RawBuilder,
  sql,
} from "kysely";
import type { Dialect, Migration } from "./migration.ts";

type Type = ColumnDataType | Expression<unknown>;
type Table = CreateTableBuilder<string, string>;

/** Text that compares by its bytes: what SQLite does by itself, PostgreSQL is asked for. */
function textType(dialect: Dialect): Type {
  return dialect === "postgres" ? sql`text collate "C"` : "text";
}

function withRequired(table: Table, type: Type, columns: readonly string[]): Table {
  return columns.reduce((t, column) => t.addColumn(column, type, (c) => c.notNull()), table);
}

function withOptional(table: Table, type: Type, columns: readonly string[]): Table {
  return columns.reduce((t, column) => t.addColumn(column, type), table);
}

function withParent(table: Table, text: Type, parent: "repository" | "account" | "report"): Table {
  return table.addColumn(`${parent}_uuid`, text, (c) =>
    c.notNull().references(`${parent}.uuid`).onDelete("cascade"),
  );
}

/** A column that holds one of a few words or, if it may, null. */
function withWord(table: Table, text: Type, name: string, words: RawBuilder<unknown>, isRequired = true) {
  return table.addColumn(name, text, (c) => {
    const checked = c.check(sql`${sql.ref(name)} in ${words}`);
    return isRequired ? checked.notNull() : checked;
  });
}

const INSTANTS = ["created_at", "updated_at"];

export const reviews: Migration = {
  name: "004-reviews",
  async up(db, dialect) {
    const text = textType(dialect);
    await createStatuses(db, text);
    await createComments(db, text, dialect);
    await createApprovals(db, text);
    await createReports(db, text);
    await createAnnotations(db, text);
    await createDownloads(db, text);
  },
};

async function createStatuses(db: Kysely<unknown>, text: Type): Promise<void> {
  let status = withParent(db.schema.createTable("commit_status"), text, "repository");
  status = withRequired(status, text, ["commit_id", "key"]);
  status = withWord(status, text, "state", sql`('SUCCESSFUL', 'FAILED', 'INPROGRESS', 'STOPPED')`);
  status = withRequired(status, text, ["name", "description", "url"]).addColumn("refname", text);
  await withRequired(status, "bigint", INSTANTS)
    .addPrimaryKeyConstraint("commit_status_key", ["repository_uuid", "commit_id", "key"])
    .execute();
}

async function createComments(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  const table = db.schema.createTable("commit_comment");
  // Neither database gives out an id a second time, so that a link to a comment never leads to another.
  let comment: Table =
    dialect === "postgres"
      ? table.addColumn("id", "bigint", (c) => c.primaryKey().generatedAlwaysAsIdentity())
      : table.addColumn("id", "integer", (c) => c.primaryKey().autoIncrement());
  comment = withParent(withParent(comment, text, "repository"), text, "account");
  comment = withRequired(comment, text, ["commit_id", "raw"])
    .addColumn("parent_id", "bigint", (c) => c.references("commit_comment.id").onDelete("set null"))
    .addColumn("inline_path", text);
  comment = withOptional(comment, "integer", [
    "inline_from",
    "inline_to",
    "inline_start_from",
    "inline_start_to",
  ]).addColumn("is_deleted", "integer", (c) => c.notNull().check(sql`is_deleted in (0, 1)`));
  await withRequired(comment, "bigint", INSTANTS).execute();
  await db.schema
    .createIndex("commit_comment_commit")
    .on("commit_comment")
    .columns(["repository_uuid", "commit_id", "id"])
    .execute();
  for (const column of ["account_uuid", "parent_id"]) {
    await db.schema.createIndex(`commit_comment_${column}`).on("commit_comment").column(column).execute();
  }
}

async function createApprovals(db: Kysely<unknown>, text: Type): Promise<void> {
  let approval = withParent(db.schema.createTable("commit_approval"), text, "repository");
  approval = withParent(withRequired(approval, text, ["commit_id"]), text, "account");
  await withRequired(approval, "bigint", ["approved_at"])
    .addPrimaryKeyConstraint("commit_approval_key", ["repository_uuid", "commit_id", "account_uuid"])
    .execute();
  await db.schema
    .createIndex("commit_approval_account")
    .on("commit_approval")
    .column("account_uuid")
    .execute();
}

async function createReports(db: Kysely<unknown>, text: Type): Promise<void> {
  let report: Table = db.schema
    .createTable("report")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey());
  report = withParent(report, text, "repository");
  report = withRequired(report, text, ["commit_id", "external_id", "title", "details"]);
  report = withWord(report, text, "report_type", sql`('SECURITY', 'COVERAGE', 'TEST', 'BUG')`);
  report = withWord(report, text, "result", sql`('PASSED', 'FAILED', 'PENDING')`, false);
  report = withOptional(report, text, ["reporter", "link", "logo_url"])
    .addColumn("remote_link_enabled", "integer", (c) => c.check(sql`remote_link_enabled in (0, 1)`))
    .addColumn("data", text, (c) => c.notNull());
  await withRequired(report, "bigint", INSTANTS)
    .addUniqueConstraint("report_external_id", ["repository_uuid", "commit_id", "external_id"])
    .execute();
}

async function createAnnotations(db: Kysely<unknown>, text: Type): Promise<void> {
  let annotation: Table = db.schema
    .createTable("report_annotation")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey());
  annotation = withRequired(withParent(annotation, text, "report"), text, ["external_id"]);
  annotation = withWord(annotation, text, "annotation_type", sql`('VULNERABILITY', 'CODE_SMELL', 'BUG')`);
  annotation = withRequired(annotation, text, ["summary"]);
  annotation = withOptional(annotation, text, ["details", "path"]).addColumn("line", "integer");
  annotation = withWord(annotation, text, "result", sql`('PASSED', 'FAILED', 'SKIPPED', 'IGNORED')`, false);
  annotation = withWord(annotation, text, "severity", sql`('CRITICAL', 'HIGH', 'MEDIUM', 'LOW')`, false);
  await withRequired(annotation.addColumn("link", text), "bigint", INSTANTS)
    .addUniqueConstraint("report_annotation_external_id", ["report_uuid", "external_id"])
    .execute();
}

async function createDownloads(db: Kysely<unknown>, text: Type): Promise<void> {
  let download = withParent(db.schema.createTable("download"), text, "repository");
  download = withRequired(download, text, ["name"]).addColumn("file_uuid", text, (c) => c.notNull().unique());
  download = withParent(download, text, "account");
  await withRequired(download, "bigint", ["size_bytes", "download_count", "created_at"])
    .addPrimaryKeyConstraint("download_key", ["repository_uuid", "name"])
    .execute();
  await db.schema.createIndex("download_account").on("download").column("account_uuid").execute();
}

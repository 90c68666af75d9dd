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

const PERMISSION = sql`('none', 'read', 'write', 'admin')`;

/** Text that compares by its bytes: what SQLite does by itself, PostgreSQL is asked for. */
function textType(dialect: Dialect): Type {
  return dialect === "postgres" ? sql`text collate "C"` : "text";
}

function isOneOf(column: string, values: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${sql.ref(column)} in ${values}`;
}

/** A boolean column, checked to be 0 or 1. */
function withBoolean(table: Table, column: string): Table {
  return table.addColumn(
    column,
    "integer",
    (c) => c.notNull().check(isOneOf(column, sql`(0, 1)`)) as typeof c,
  );
}

function withAccount(table: Table, text: Type): Table {
  return table.addColumn("account_uuid", text, (c) =>
    c.notNull().references("account.uuid").onDelete("cascade"),
  );
}

function withText(table: Table, text: Type, columns: readonly string[]): Table {
  return columns.reduce((t, column) => t.addColumn(column, text, (c) => c.notNull()), table);
}

function withInstants(table: Table, columns: readonly string[]): Table {
  return columns.reduce((t, column) => t.addColumn(column, "bigint", (c) => c.notNull()), table);
}

export const initial: Migration = {
  name: "001-initial",
  async up(db, dialect) {
    const text = textType(dialect);
    await createAccounts(db, text);
    await createWorkspaces(db, text);
    await createProjects(db, text);
    await createRepositories(db, text);
    await createApiTokens(db, text, dialect);
    await createRefs(db, text, dialect);
    await createCommitsCursors(db, text);
  },
};

async function createAccounts(db: Kysely<unknown>, text: Type): Promise<void> {
  let account: Table = db.schema
    .createTable("account")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey());
  account = account
    .addColumn("account_id", text, (c) => c.notNull().unique())
    .addColumn("username", text, (c) => c.notNull())
    .addColumn("username_key", text, (c) => c.notNull().unique());
  account = withText(account, text, ["display_name", "nickname"])
    .addColumn("password_hash", text)
    .addColumn("disabled_at", "bigint");
  await withInstants(account, ["created_at"]).execute();

  let email: Table = db.schema
    .createTable("account_email")
    .addColumn("address_key", text, (c) => c.notNull().primaryKey())
    .addColumn("address", text, (c) => c.notNull());
  email = withAccount(email, text);
  email = withBoolean(withBoolean(email, "is_primary"), "is_confirmed");
  await withInstants(email, ["created_at"]).execute();
  await db.schema.createIndex("account_email_account").on("account_email").column("account_uuid").execute();
  await db.schema
    .createIndex("account_email_primary")
    .unique()
    .on("account_email")
    .column("account_uuid")
    .where(sql.ref("is_primary"), "=", sql.lit(1))
    .execute();
}

async function createWorkspaces(db: Kysely<unknown>, text: Type): Promise<void> {
  let workspace: Table = db.schema
    .createTable("workspace")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey())
    .addColumn("slug", text, (c) => c.notNull().unique());
  workspace = withBoolean(withText(workspace, text, ["name"]), "is_private");
  await withInstants(workspace, ["created_at", "updated_at"]).execute();

  let member: Table = db.schema
    .createTable("workspace_member")
    .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"));
  member = withAccount(member, text)
    .addColumn("role", text, (c) => c.notNull().check(isOneOf("role", sql`('owner', 'member')`)))
    .addColumn("repository_permission", text, (c) =>
      c.notNull().check(isOneOf("repository_permission", PERMISSION)),
    );
  await withInstants(member, ["added_at"])
    .addPrimaryKeyConstraint("workspace_member_key", ["workspace_uuid", "account_uuid"])
    .execute();
  await db.schema
    .createIndex("workspace_member_account")
    .on("workspace_member")
    .column("account_uuid")
    .execute();
}

async function createProjects(db: Kysely<unknown>, text: Type): Promise<void> {
  // A workspace or a project that still has something in it cannot go: packs lie outside the database.
  let project: Table = db.schema
    .createTable("project")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey())
    .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("restrict"));
  project = withBoolean(withText(project, text, ["key", "name", "description"]), "is_private");
  await withInstants(project, ["created_at", "updated_at"])
    .addUniqueConstraint("project_workspace_key", ["workspace_uuid", "key"])
    .execute();
  await createPermissions(db, text, "project");
}

async function createPermissions(
  db: Kysely<unknown>,
  text: Type,
  parent: "project" | "repository",
): Promise<void> {
  const name = `${parent}_permission`;
  const table: Table = db.schema
    .createTable(name)
    .addColumn(`${parent}_uuid`, text, (c) => c.notNull().references(`${parent}.uuid`).onDelete("cascade"));
  await withAccount(table, text)
    .addColumn("permission", text, (c) => c.notNull().check(isOneOf("permission", PERMISSION)))
    .addPrimaryKeyConstraint(`${name}_key`, [`${parent}_uuid`, "account_uuid"])
    .execute();
  await db.schema.createIndex(`${name}_account`).on(name).column("account_uuid").execute();
}

async function createRepositories(db: Kysely<unknown>, text: Type): Promise<void> {
  const forkPolicies = sql`('allow_forks', 'no_public_forks', 'no_forks')`;
  let repository: Table = db.schema
    .createTable("repository")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey())
    .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("restrict"))
    .addColumn("project_uuid", text, (c) => c.notNull().references("project.uuid").onDelete("restrict"));
  repository = withText(repository, text, ["slug", "name", "description"])
    .addColumn("website", text)
    .addColumn("language", text, (c) => c.notNull());
  for (const column of ["is_private", "has_issues", "has_wiki"]) repository = withBoolean(repository, column);
  repository = repository
    .addColumn("fork_policy", text, (c) => c.notNull().check(isOneOf("fork_policy", forkPolicies)))
    .addColumn("main_branch", text)
    .addColumn("size_bytes", "bigint", (c) => c.notNull())
    .addColumn("ref_generation", "bigint", (c) => c.notNull());
  await withInstants(repository, ["created_at", "updated_at"])
    .addUniqueConstraint("repository_workspace_slug", ["workspace_uuid", "slug"])
    .execute();
  await db.schema.createIndex("repository_project").on("repository").column("project_uuid").execute();
  // The default order of a workspace's repositories.
  await db.schema
    .createIndex("repository_workspace_created")
    .on("repository")
    .columns(["workspace_uuid", "created_at", "slug"])
    .execute();
  await createPermissions(db, text, "repository");
}

async function createApiTokens(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  let token: Table = db.schema
    .createTable("api_token")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey());
  token = withText(withAccount(token, text), text, ["name"])
    .addColumn("digest", dialect === "postgres" ? "bytea" : "blob", (c) =>
      c.notNull().unique().check(sql`length(digest) = 32`),
    )
    .addColumn("scopes", text, (c) => c.notNull());
  await withInstants(token, ["created_at", "expires_at"])
    .addColumn("revoked_at", "bigint")
    .addColumn("last_used_at", "bigint")
    .addColumn("successor_uuid", text, (c) => c.unique().references("api_token.uuid").onDelete("set null"))
    .execute();
  await db.schema.createIndex("api_token_account").on("api_token").column("account_uuid").execute();
}

async function createRefs(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  let ref: Table = db.schema
    .createTable("ref")
    .addColumn("repository_uuid", text, (c) => c.notNull().references("repository.uuid").onDelete("cascade"));
  ref = withText(ref, text, ["name", "target"])
    .addColumn("peeled", text)
    .addPrimaryKeyConstraint("ref_key", ["repository_uuid", "name"]);
  // Rows lie in the order of their key, so that all refs of a repository are read in one sweep.
  await (dialect === "sqlite" ? ref.modifyEnd(sql`without rowid`) : ref).execute();
}

async function createCommitsCursors(db: Kysely<unknown>, text: Type): Promise<void> {
  let cursor: Table = db.schema
    .createTable("commits_cursor")
    .addColumn("key", text, (c) => c.notNull().primaryKey())
    .addColumn("repository_uuid", text, (c) => c.notNull().references("repository.uuid").onDelete("cascade"));
  cursor = withText(cursor, text, ["state"]);
  await withInstants(cursor, ["created_at"]).execute();
  await db.schema.createIndex("commits_cursor_created").on("commits_cursor").column("created_at").execute();
  await db.schema
    .createIndex("commits_cursor_repository")
    .on("commits_cursor")
    .column("repository_uuid")
    .execute();
}

import { type ColumnDataType, type Expression, type Kysely, type RawBuilder, sql } from "kysely";
import type { Migration } from "./migration.ts";

type Type = ColumnDataType | Expression<unknown>;

const REPOSITORY_PERMISSION = sql`('read', 'write', 'admin')`;
const PROJECT_PERMISSION = sql`('none', 'read', 'write', 'create-repo', 'admin')`;

export const groups: Migration = {
  name: "002-groups",
  async up(db, dialect) {
    // Text compares by its bytes, as in the first migration.
    const text: Type = dialect === "postgres" ? sql`text collate "C"` : "text";
    await createGroups(db, text);
    await createGroupPermissions(db, text, "repository", REPOSITORY_PERMISSION);
    await createGroupPermissions(db, text, "project", PROJECT_PERMISSION);
    await widenProjectPermission(db, text);
    await createDefaultReviewers(db, text);
    await createOverrides(db, text);
  },
};

function isOneOf(column: string, values: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${sql.ref(column)} in ${values}`;
}

async function createGroups(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("workspace_group")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey())
    .addColumn("workspace_uuid", text, (c) => c.notNull().references("workspace.uuid").onDelete("cascade"))
    .addColumn("slug", text, (c) => c.notNull())
    .addColumn("name", text, (c) => c.notNull())
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addUniqueConstraint("workspace_group_slug", ["workspace_uuid", "slug"])
    .execute();
  await db.schema
    .createTable("group_member")
    .addColumn("group_uuid", text, (c) => c.notNull().references("workspace_group.uuid").onDelete("cascade"))
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addPrimaryKeyConstraint("group_member_key", ["group_uuid", "account_uuid"])
    .execute();
  await db.schema.createIndex("group_member_account").on("group_member").column("account_uuid").execute();
}

async function createGroupPermissions(
  db: Kysely<unknown>,
  text: Type,
  parent: "project" | "repository",
  permissions: RawBuilder<unknown>,
): Promise<void> {
  const name = `${parent}_group_permission`;
  await db.schema
    .createTable(name)
    .addColumn(`${parent}_uuid`, text, (c) => c.notNull().references(`${parent}.uuid`).onDelete("cascade"))
    .addColumn("group_uuid", text, (c) => c.notNull().references("workspace_group.uuid").onDelete("cascade"))
    .addColumn("permission", text, (c) => c.notNull().check(isOneOf("permission", permissions)))
    .addPrimaryKeyConstraint(`${name}_key`, [`${parent}_uuid`, "group_uuid"])
    .execute();
  await db.schema.createIndex(`${name}_group`).on(name).column("group_uuid").execute();
}

/** A project may also permit to create repositories. SQLite changes no check of a table: the rows go to a new one. */
async function widenProjectPermission(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("project_permission_wide")
    .addColumn("project_uuid", text, (c) => c.notNull().references("project.uuid").onDelete("cascade"))
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("permission", text, (c) => c.notNull().check(isOneOf("permission", PROJECT_PERMISSION)))
    .addPrimaryKeyConstraint("project_user_permission_key", ["project_uuid", "account_uuid"])
    .execute();
  await sql`insert into project_permission_wide (project_uuid, account_uuid, permission)
    select project_uuid, account_uuid, permission from project_permission`.execute(db);
  await db.schema.dropTable("project_permission").execute();
  await db.schema.alterTable("project_permission_wide").renameTo("project_permission").execute();
  await db.schema
    .createIndex("project_permission_account")
    .on("project_permission")
    .column("account_uuid")
    .execute();
}

async function createDefaultReviewers(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("project_default_reviewer")
    .addColumn("project_uuid", text, (c) => c.notNull().references("project.uuid").onDelete("cascade"))
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("added_at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("project_default_reviewer_key", ["project_uuid", "account_uuid"])
    .execute();
  await db.schema
    .createIndex("project_default_reviewer_account")
    .on("project_default_reviewer")
    .column("account_uuid")
    .execute();
}

async function createOverrides(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("repository_override")
    .addColumn("repository_uuid", text, (c) =>
      c.notNull().primaryKey().references("repository.uuid").onDelete("cascade"),
    )
    .addColumn("default_merge_strategy", "integer", (c) =>
      c.notNull().check(isOneOf("default_merge_strategy", sql`(0, 1)`)),
    )
    .execute();
}

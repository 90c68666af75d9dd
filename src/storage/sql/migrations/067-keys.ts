import { type ColumnDataType, type Expression, type Kysely, sql } from "kysely";
import type { Dialect, Migration } from "./migration.ts";

type Type = ColumnDataType | Expression<unknown>;

/** SSH keys and OpenPGP keys of accounts, deploy keys of repositories and projects. */
export const keys: Migration = {
  name: "067-keys",
  async up(db, dialect) {
    const text: Type = dialect === "postgres" ? sql`text collate "C"` : "text";
    await createSshKeys(db, text);
    await createDeployKeys(db, text, dialect);
    await createGpgKeys(db, text);
  },
};

async function createSshKeys(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("ssh_key")
    .addColumn("uuid", text, (c) => c.notNull().primaryKey())
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("public_key", text, (c) => c.notNull())
    .addColumn("comment", text, (c) => c.notNull())
    .addColumn("label", text, (c) => c.notNull())
    .addColumn("fingerprint", text, (c) => c.notNull().unique())
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("expires_at", "bigint")
    .execute();
  await db.schema
    .createIndex("ssh_key_account")
    .on("ssh_key")
    .columns(["account_uuid", "created_at"])
    .execute();
}

async function createDeployKeys(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  // Numbers are not given again: SQLite needs to be told, PostgreSQL's identity columns never do.
  await db.schema
    .createTable("deploy_key")
    .addColumn("id", dialect === "postgres" ? "bigint" : "integer", (c) =>
      dialect === "postgres" ? c.generatedAlwaysAsIdentity().primaryKey() : c.primaryKey().autoIncrement(),
    )
    .addColumn("repository_uuid", text, (c) => c.references("repository.uuid").onDelete("cascade"))
    .addColumn("project_uuid", text, (c) => c.references("project.uuid").onDelete("cascade"))
    .addColumn("public_key", text, (c) => c.notNull())
    .addColumn("comment", text, (c) => c.notNull())
    .addColumn("label", text, (c) => c.notNull())
    .addColumn("fingerprint", text, (c) => c.notNull())
    .addColumn("created_by", text, (c) => c.references("account.uuid").onDelete("set null"))
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addCheckConstraint("deploy_key_of_one", sql`(repository_uuid is null) <> (project_uuid is null)`)
    .addUniqueConstraint("deploy_key_repository", ["repository_uuid", "fingerprint"])
    .addUniqueConstraint("deploy_key_project", ["project_uuid", "fingerprint"])
    .execute();
  await db.schema.createIndex("deploy_key_fingerprint").on("deploy_key").column("fingerprint").execute();
  await db.schema.createIndex("deploy_key_created_by").on("deploy_key").column("created_by").execute();
}

async function createGpgKeys(db: Kysely<unknown>, text: Type): Promise<void> {
  await db.schema
    .createTable("gpg_key")
    .addColumn("fingerprint", text, (c) => c.notNull().primaryKey())
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addColumn("key_id", text, (c) => c.notNull())
    .addColumn("name", text, (c) => c.notNull())
    .addColumn("armored", text, (c) => c.notNull())
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("expires_at", "bigint")
    .addColumn("added_at", "bigint", (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex("gpg_key_account")
    .on("gpg_key")
    .columns(["account_uuid", "added_at"])
    .execute();
  await db.schema
    .createTable("gpg_subkey")
    .addColumn("fingerprint", text, (c) => c.notNull())
    .addColumn("parent_fingerprint", text, (c) =>
      c.notNull().references("gpg_key.fingerprint").onDelete("cascade"),
    )
    .addColumn("key_id", text, (c) => c.notNull())
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("expires_at", "bigint")
    .addPrimaryKeyConstraint("gpg_subkey_pk", ["parent_fingerprint", "fingerprint"])
    .execute();
}

import { type ColumnDataType, type Expression, type Kysely, sql } from "kysely";
import type { Dialect, Migration } from "./migration.ts";

type Type = ColumnDataType | Expression<unknown>;

export const branchRules: Migration = {
  name: "003-branch-rules",
  async up(db, dialect) {
    const text: Type = dialect === "postgres" ? sql`text collate "C"` : "text";
    await createRestrictions(db, text, dialect);
    await createExemptions(db, text, dialect);
    for (const subject of ["repository", "project"] as const) {
      await db.schema
        .createTable(`${subject}_branching_model`)
        .addColumn(`${subject}_uuid`, text, (c) =>
          c.notNull().primaryKey().references(`${subject}.uuid`).onDelete("cascade"),
        )
        .addColumn("model", text, (c) => c.notNull())
        .execute();
    }
  },
};

async function createRestrictions(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  // Numbers are not given again: SQLite needs to be told, PostgreSQL's identity columns never do.
  await db.schema
    .createTable("branch_restriction")
    .addColumn("id", dialect === "postgres" ? "bigint" : "integer", (c) =>
      dialect === "postgres" ? c.generatedAlwaysAsIdentity().primaryKey() : c.primaryKey().autoIncrement(),
    )
    .addColumn("repository_uuid", text, (c) => c.notNull().references("repository.uuid").onDelete("cascade"))
    .addColumn("kind", text, (c) => c.notNull())
    .addColumn("match_kind", text, (c) => c.notNull().check(sql`match_kind in ('glob', 'branching_model')`))
    .addColumn("pattern", text, (c) => c.notNull())
    .addColumn("branch_type", text, (c) => c.notNull())
    .addColumn("value", "integer")
    .addUniqueConstraint("branch_restriction_match", [
      "repository_uuid",
      "kind",
      "match_kind",
      "pattern",
      "branch_type",
    ])
    .execute();
}

async function createExemptions(db: Kysely<unknown>, text: Type, dialect: Dialect): Promise<void> {
  const id = dialect === "postgres" ? "bigint" : "integer";
  await db.schema
    .createTable("branch_restriction_account")
    .addColumn("restriction_id", id, (c) =>
      c.notNull().references("branch_restriction.id").onDelete("cascade"),
    )
    .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
    .addPrimaryKeyConstraint("branch_restriction_account_key", ["restriction_id", "account_uuid"])
    .execute();
  await db.schema
    .createIndex("branch_restriction_account_account")
    .on("branch_restriction_account")
    .column("account_uuid")
    .execute();
  await db.schema
    .createTable("branch_restriction_group")
    .addColumn("restriction_id", id, (c) =>
      c.notNull().references("branch_restriction.id").onDelete("cascade"),
    )
    .addColumn("group_uuid", text, (c) => c.notNull().references("workspace_group.uuid").onDelete("cascade"))
    .addPrimaryKeyConstraint("branch_restriction_group_key", ["restriction_id", "group_uuid"])
    .execute();
  await db.schema
    .createIndex("branch_restriction_group_group")
    .on("branch_restriction_group")
    .column("group_uuid")
    .execute();
}

import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

export const installation: Migration = {
  name: "010-installation",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    // One row at most: what database this is, for the data folder to be compared with.
    await db.schema
      .createTable("installation")
      .addColumn("number", "integer", (c) => c.notNull().primaryKey().check(sql`number = 1`))
      .addColumn("id", text, (c) => c.notNull())
      .execute();
    if (dialect === "sqlite") return;
    // A pattern of 1,024 characters is larger than an entry of an index may be. A digest of it is not. The cast reads "\\" as
    // one backslash; convert_to() is not allowed here.
    await db.schema.alterTable("branch_restriction").dropConstraint("branch_restriction_match").execute();
    await sql`create unique index branch_restriction_match on branch_restriction
      (repository_uuid, kind, match_kind, sha256(replace(pattern, ${sql.lit("\\")}, ${sql.lit("\\\\")})::bytea), branch_type)`.execute(
      db,
    );
  },
};

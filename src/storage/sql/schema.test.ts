import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Kysely, sql } from "kysely";
import { describeDatabases } from "../../../tests/support/test-database.ts";
import type { Dialect } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import type { Schema } from "./schema.ts";

/** Set it to write the descriptions anew, after a migration was added. */
const UPDATE = process.env.UPDATE_SCHEMA_SNAPSHOT === "1";

type Line = { readonly line: string };

/** The statements that made each table and index, as SQLite keeps them. */
function describeSqlite(db: Kysely<Schema>) {
  return sql<Line>`select sql as line from sqlite_schema where sql is not null order by tbl_name, type desc, name`.execute(
    db,
  );
}

/** Columns, constraints and indexes, one a line. Constraints that PostgreSQL 18 shows for "not null" are left out. */
function describePostgres(db: Kysely<Schema>) {
  return sql<Line>`
    select line from (
      select table_name as name, 1 as part, ordinal_position as place, concat_ws(' ', 'column', table_name || '.' || column_name,
        data_type, 'collate ' || collation_name, case is_nullable when 'NO' then 'not null' end) as line
        from information_schema.columns where table_schema = current_schema()
      union all
      select conrelid::regclass::text, 2, 0, concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
        from pg_constraint where connamespace = current_schema()::regnamespace and contype <> 'n'
      union all
      select tablename, 3, 0, replace(indexdef, current_schema() || '.', '')
        from pg_indexes where schemaname = current_schema()
    ) as described order by name collate "C", part, place, line collate "C"`.execute(db);
}

function snapshotPath(dialect: Dialect): string {
  return join(import.meta.dirname, `schema.${dialect}.snapshot.txt`);
}

describeDatabases("the schema", (current) => {
  test("is as described after all migrations", async () => {
    const { dialect, kysely } = current().database;
    const { rows } = await (dialect === "sqlite" ? describeSqlite(kysely) : describePostgres(kysely));
    const text = rows.map(({ line }) => `${line}\n`).join("");
    if (UPDATE) writeFileSync(snapshotPath(dialect), text);
    const remedy =
      "The schema differs from its description: run this test with UPDATE_SCHEMA_SNAPSHOT=1 and read the change";
    assert.equal(text, readFileSync(snapshotPath(dialect), "utf8"), remedy);
  });

  test("has the migrations recorded in their order", async () => {
    const rows = sql<{ name: string }>`select name from schema_migration order by name`;
    const recorded = (await rows.execute(current().database.kysely)).rows.map(({ name }) => name);
    assert.deepEqual(
      recorded,
      MIGRATIONS.map(({ name }) => name),
    );
  });
});

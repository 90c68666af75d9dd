import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { SCHEMA_LINES } from "../../../tests/support/database/schema-description.ts";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import type { Dialect } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";

/** Set it to write the descriptions anew, after a migration was added. */
const UPDATE = process.env.UPDATE_SCHEMA_SNAPSHOT === "1";

function snapshotPath(dialect: Dialect): string {
  return join(import.meta.dirname, `schema.${dialect}.snapshot.txt`);
}

describeDatabases("the schema", (current) => {
  test("is as described after all migrations", async () => {
    const { dialect, kysely } = current().database;
    const { rows } = await sql.raw<{ readonly line: string }>(SCHEMA_LINES[dialect]).execute(kysely);
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

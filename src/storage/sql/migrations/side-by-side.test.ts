import assert from "node:assert/strict";
import { describe, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { Kysely, PostgresDialect, SqliteDialect, sql } from "kysely";
import pg from "pg";
import { findContractions, readSchemaShape } from "../../../../tests/support/database/schema-shape.ts";
import { createTestDatabaseSettings, DIALECTS } from "../../../../tests/support/database/test-database.ts";
import { migrate } from "../migrate.ts";
import { addSqliteFunctions } from "../sqlite/sqlite-functions.ts";
import type { Dialect } from "./migration.ts";
import { MIGRATIONS } from "./migrations.ts";

/**
 * Servers of the last version serve on while the first one of the next has migrated: docs/architecture.md, "Migrations". So
 * nothing that the last version reads or writes may vanish, be demanded or change its meaning. What is added: tables, columns
 * that may be left out, indexes. What is taken away is named here, with the release since which nothing uses it.
 */
const CONTRACTIONS: readonly {
  readonly migration: string;
  readonly change: string;
  readonly dialects: readonly Dialect[];
  readonly unusedSince: string;
}[] = [];

/** Earlier ones are of the time before there were releases: nothing is upgraded from what was between them. */
const LAST_UNHELD = "010-installation";

const MAKE_TABLES =
  "create table a (id integer primary key, name text not null, note text, size integer not null)";

/** An empty database without a schema. */
async function openEmpty(dialect: Dialect): Promise<{ db: Kysely<unknown>; close(): Promise<void> }> {
  const { settings, remove } = await createTestDatabaseSettings(dialect);
  const opened =
    settings.kind === "sqlite"
      ? new SqliteDialect({ database: openSqlite(settings.path) })
      : new PostgresDialect({
          pool: new pg.Pool({ connectionString: settings.url.reveal(), max: 1 }),
        });
  const db = new Kysely<unknown>({ dialect: opened });
  return {
    db,
    async close() {
      await db.destroy();
      await remove();
    },
  };
}

function openSqlite(path: string): SqliteDatabase.Database {
  return addSqliteFunctions(new SqliteDatabase(path));
}

for (const dialect of DIALECTS) {
  describe(`migrations on ${dialect}`, () => {
    test("take nothing from the version before, but what is named", async () => {
      const { db, close } = await openEmpty(dialect);
      try {
        const found: string[] = [];
        for (const [index, { name }] of MIGRATIONS.entries()) {
          const before = await readSchemaShape(db, dialect);
          await db
            .transaction()
            .execute((tx) => migrate(tx, dialect, MIGRATIONS.slice(0, index + 1), new Date()));
          const after = await readSchemaShape(db, dialect);
          if (name > LAST_UNHELD)
            found.push(...findContractions(before, after).map((change) => `${name}: ${change}`));
        }
        assert.deepEqual(
          found,
          CONTRACTIONS.filter((each) => each.dialects.includes(dialect)).map(
            ({ migration, change }) => `${migration}: ${change}`,
          ),
          "Add first, and take away in a later release: docs/architecture.md, Migrations",
        );
      } finally {
        await close();
      }
    });

    for (const [what, statements, contractions] of [
      [
        "a new table, whatever it demands",
        ["create table b (id integer primary key, name text not null unique)"],
        [],
      ],
      ["a column that may be left out", ["alter table a add column more text"], []],
      ["a column with a default", ["alter table a add column more integer not null default 0"], []],
      ["an index", ["create index a_name on a (name)"], []],
      ["a column that is taken away", ["alter table a drop column note"], ["a.note is gone"]],
      ["a table that is taken away", ["drop table a"], ["a.id is gone", "a.name is gone"]],
      ["a column that is renamed", ["alter table a rename column note to remark"], ["a.note is gone"]],
      ["a unique index", ["create unique index a_name on a (name)"], ["new rule: a: unique"]],
      [
        "a unique index that is taken away",
        ["create table c (x text)", "create unique index c_x on c (x)", "-- held", "drop index c_x"],
        ["rule is gone: c: unique"],
      ],
      [
        "a foreign key of a new column",
        [
          "create table d (id integer primary key)",
          "alter table a add column d integer references d (id) on delete set null",
        ],
        [],
      ],
    ] as const) {
      test(`${what}: ${contractions.length === 0 ? "may come" : "is found"}`, async () => {
        const { db, close } = await openEmpty(dialect);
        try {
          await sql.raw(MAKE_TABLES).execute(db);
          let before = await readSchemaShape(db, dialect);
          for (const statement of statements) {
            if (statement === "-- held") before = await readSchemaShape(db, dialect);
            else await sql.raw(statement).execute(db);
          }
          const found = findContractions(before, await readSchemaShape(db, dialect));
          for (const each of contractions)
            assert.ok(
              found.some((one) => one.startsWith(each)),
              `${each}: ${found}`,
            );
          if (contractions.length === 0) assert.deepEqual(found, []);
        } finally {
          await close();
        }
      });
    }
  });
}

for (const [what, statement, contraction] of [
  [
    "a column must not be null any more",
    "alter table a alter column note set not null",
    "a.note may not be null",
  ],
  ["a column may be null from now on", "alter table a alter column name drop not null", "a.name may be null"],
  ["another type", "alter table a alter column size type bigint", "a.size is bigint and no longer integer"],
  ["a check", "alter table a add check (size > 0)", "new rule: a: CHECK"],
  ["a foreign key", "alter table a add foreign key (size) references a (id)", "new rule: a: FOREIGN KEY"],
] as const) {
  test(`on PostgreSQL is found: ${what}`, async () => {
    const { db, close } = await openEmpty("postgres");
    try {
      await sql.raw(MAKE_TABLES).execute(db);
      const before = await readSchemaShape(db, "postgres");
      await sql.raw(statement).execute(db);
      const found = findContractions(before, await readSchemaShape(db, "postgres"));
      assert.ok(found[0]?.startsWith(contraction), found.join());
      assert.equal(found.length, 1);
    } finally {
      await close();
    }
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Kysely, sql } from "kysely";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { Failure } from "../../model/failure.ts";
import { applyMigrations } from "./apply-migrations.ts";
import type { Database } from "./database.ts";
import type { Migration } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { openDatabase } from "./open-database.ts";

const NOW = new Date("2026-11-27T08:00:00Z");

/** It only adds, as each does within a release. */
function addition(name: string, column: string): Migration {
  return {
    name,
    async up(db) {
      await db.schema
        .alterTable("repository")
        .addColumn(column, "integer", (c) => c.notNull().defaultTo(7))
        .execute();
    },
  };
}

describeDatabases("migrations beside other servers", (current) => {
  const added = (name: string, column: string) => [...MIGRATIONS, addition(name, column)];

  async function hasColumn({ kysely }: Pick<Database, "kysely">, column: string): Promise<boolean> {
    return sql`select ${sql.ref(column)} from repository`.execute(kysely).then(
      () => true,
      () => false,
    );
  }

  test("a table that is held is waited for shortly, and others have it between two tries", async () => {
    const { database, settings } = current();
    if (database.dialect !== "postgres") return;
    const other = await openDatabase(settings);
    const { promise: isFree, resolve: free } = Promise.withResolvers<void>();
    const { promise: isHeld, resolve: held } = Promise.withResolvers<void>();
    const holding = other.transaction(async (tx) => {
      await tx.selectFrom("repository").select("uuid").execute();
      held();
      await isFree;
    });
    try {
      await isHeld;
      const migrating = applyMigrations(database, added("901-held", "held"), NOW, { pauseMs: 50 });
      // Reads go on: none waits for longer than one try.
      for (let reads = 0; reads < 5; reads += 1) {
        const begun = performance.now();
        await other.kysely.selectFrom("repository").select("uuid").execute();
        assert.ok(performance.now() - begun < 8_000);
      }
      assert.equal(await hasColumn(other, "held"), false);
      free();
      await holding;
      await migrating;
      assert.equal(await hasColumn(other, "held"), true);
    } finally {
      free();
      await holding;
      await other.close();
      await forget("901-held");
    }
  });

  test("one that is held all the time is told", async () => {
    const { database, settings } = current();
    if (database.dialect !== "postgres") return;
    const other = await openDatabase(settings);
    try {
      await other.transaction(async (tx) => {
        await tx.selectFrom("repository").select("uuid").execute();
        const migrating = applyMigrations(database, added("902-held", "never"), NOW, {
          pauseMs: 1,
          triesMax: 2,
        });
        await assert.rejects(migrating, /Cannot migrate the database: other programs hold its tables/);
      });
      assert.equal(await hasColumn(other, "never"), false);
    } finally {
      await other.close();
    }
  });

  test("an older version opens a newer database for a server that runs, and for no other", async () => {
    const { database, settings } = current();
    await applyMigrations(database, added("903-of-tomorrow", "tomorrow"), NOW);
    try {
      await assert.rejects(
        openDatabase(settings),
        (error: Failure) => error instanceof Failure && error.message.includes("903-of-tomorrow"),
      );
      const opened = await openDatabase(settings, { mayBeNewer: true });
      assert.deepEqual(await opened.kysely.selectFrom("repository").selectAll().execute(), []);
      await opened.close();
    } finally {
      await forget("903-of-tomorrow");
    }
  });

  test("look-ups that a running server has prepared go on after a column was added", async () => {
    const { database } = current();
    const digest = Buffer.alloc(32);
    const lookUp = () =>
      Promise.all([
        database.lookups.findTokenByDigest(digest),
        database.lookups.findSessionByDigest(digest),
        database.lookups.findInstallationByClientKey("none"),
      ]);
    for (let time = 0; time < 3; time += 1) await lookUp();
    const adding: Migration = {
      name: "904-prepared",
      async up(db) {
        for (const table of ["api_token", "account", "repository", "session", "app_installation"])
          await db.schema.alterTable(table).addColumn("prepared", "integer").execute();
      },
    };
    await applyMigrations(database, [...MIGRATIONS, adding], NOW);
    try {
      for (let time = 0; time < 3; time += 1)
        assert.deepEqual(await lookUp(), [undefined, undefined, undefined]);
    } finally {
      await forget("904-prepared");
    }
  });

  async function forget(name: string): Promise<void> {
    const kysely = current().database.kysely as Kysely<unknown>;
    await sql`delete from schema_migration where name = ${name}`.execute(kysely);
  }
});

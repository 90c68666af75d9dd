import type { Migration } from "../../../src/storage/sql/migrations/migration.ts";
import { MIGRATIONS } from "../../../src/storage/sql/migrations/migrations.ts";

/** Loaded before a server: it is of a version with one more migration, which only adds, as each does within a release. */
(MIGRATIONS as Migration[]).push({
  name: "999-of-tomorrow",
  async up(db) {
    await db.schema
      .createTable("of_tomorrow")
      .addColumn("repository_uuid", "text", (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .execute();
    for (const table of ["repository", "account", "api_token", "ref", "webhook_delivery"])
      await db.schema
        .alterTable(table)
        .addColumn("of_tomorrow", "integer", (c) => c.notNull().defaultTo(1))
        .execute();
    await db.schema.createIndex("repository_of_tomorrow").on("repository").column("of_tomorrow").execute();
  },
});

import { sql } from "kysely";
import type { Migration } from "./migration.ts";

export const forks: Migration = {
  name: "006-forks",
  async up(db, dialect) {
    // A fork outlives its parent: its objects are its own.
    await db.schema
      .alterTable("repository")
      .addColumn("parent_uuid", dialect === "postgres" ? sql`text collate "C"` : "text", (c) =>
        c.references("repository.uuid").onDelete("set null"),
      )
      .execute();
    await db.schema.createIndex("repository_parent").on("repository").column("parent_uuid").execute();
  },
};

import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/**
 * When the store was first asked to delete an object, so that it is not asked every minute until it is asked last; and when its
 * objects were last listed.
 */
export const objectDeletions: Migration = {
  name: "080-object-deletions",
  async up(db) {
    await db.schema.alterTable("stored_object").addColumn("deleted_at", "bigint").execute();
    await sql`create index stored_object_undeleted on stored_object (state_at) where state = 'deleting' and deleted_at is null`.execute(
      db,
    );
    await db.schema.alterTable("installation").addColumn("objects_listed_at", "bigint").execute();
  },
};

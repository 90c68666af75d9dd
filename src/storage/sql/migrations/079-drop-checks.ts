import type { Migration } from "./migration.ts";

/** With an object store no file tells when it was looked for unreachable objects. */
export const dropChecks: Migration = {
  name: "079-drop-checks",
  async up(db) {
    await db.schema.alterTable("repository").addColumn("drop_checked_at", "bigint").execute();
  },
};

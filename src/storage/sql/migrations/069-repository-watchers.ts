import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Who watches which repository. */
export const repositoryWatchers: Migration = {
  name: "069-repository-watchers",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("repository_watcher")
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("account_uuid", text, (c) => c.notNull().references("account.uuid").onDelete("cascade"))
      .addColumn("started_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("repository_watcher_pk", ["repository_uuid", "account_uuid"])
      .execute();
    await db.schema
      .createIndex("repository_watcher_account")
      .on("repository_watcher")
      .column("account_uuid")
      .execute();
  },
};

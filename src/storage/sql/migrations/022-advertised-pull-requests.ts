import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** The repositories whose pull requests git sees, as refs. */
export const advertisedPullRequests: Migration = {
  name: "022-advertised-pull-requests",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("advertised_pull_requests")
      .addColumn("repository_uuid", text, (c) =>
        c.primaryKey().notNull().references("repository.uuid").onDelete("cascade"),
      )
      .execute();
  },
};

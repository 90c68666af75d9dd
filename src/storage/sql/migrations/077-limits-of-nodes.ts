import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What several nodes have counted together, for limits that hold across them. Empty where there is one node. */
export const limitsOfNodes: Migration = {
  name: "077-limits-of-nodes",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    // Names are keyed digests: what strangers type into the form of the sign-in may be a password.
    await db.schema
      .createTable("limit_count")
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("since", "bigint", (c) => c.notNull())
      .addColumn("count", "integer", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("limit_count_key", ["name", "since"])
      .execute();
    await db.schema
      .createTable("sign_in_count")
      .addColumn("name", text, (c) => c.primaryKey().notNull())
      .addColumn("since", "bigint", (c) => c.notNull())
      .addColumn("count", "integer", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .execute();
  },
};

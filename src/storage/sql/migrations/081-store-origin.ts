import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Which object store the database has begun with: from then on it begins with no other. */
export const storeOrigin: Migration = {
  name: "081-store-origin",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema.alterTable("installation").addColumn("store_origin", text).execute();
  },
};

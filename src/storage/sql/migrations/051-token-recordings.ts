import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What a token was used for while somebody watched. */
export const tokenRecordings: Migration = {
  name: "051-token-recordings",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema.alterTable("api_token").addColumn("recorded_until", "bigint").execute();
    await db.schema
      .createTable("token_recorded_use")
      .addColumn("token_uuid", text, (c) => c.notNull().references("api_token.uuid").onDelete("cascade"))
      .addColumn("kind", text, (c) => c.notNull())
      .addColumn("value", text, (c) => c.notNull())
      .addPrimaryKeyConstraint("token_recorded_use_pk", ["token_uuid", "kind", "value"])
      .execute();
  },
};

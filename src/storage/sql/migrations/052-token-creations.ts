import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Tokens that were created with an idempotency key, for as long as the same answer is given again. */
export const tokenCreations: Migration = {
  name: "052-token-creations",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema
      .createTable("token_creation")
      .addColumn("creator_uuid", text, (c) => c.notNull().references("api_token.uuid").onDelete("cascade"))
      .addColumn("key_digest", text, (c) => c.notNull())
      .addColumn("request_digest", text, (c) => c.notNull())
      .addColumn("seed", text, (c) => c.notNull())
      .addColumn("token_uuid", text, (c) => c.notNull().references("api_token.uuid").onDelete("cascade"))
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("token_creation_pk", ["creator_uuid", "key_digest"])
      .execute();
    for (const column of ["token_uuid", "expires_at"] as const)
      await db.schema.createIndex(`token_creation_${column}`).on("token_creation").column(column).execute();
  },
};

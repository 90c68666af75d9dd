import type { Migration } from "./migration.ts";

/** Finds the tokens that were derived from one, and those that are to be deleted. */
export const derivedTokens: Migration = {
  name: "050-derived-tokens",
  async up(db) {
    await db.schema
      .createIndex("api_token_parent")
      .on("api_token")
      .columns(["parent_uuid", "expires_at"])
      .where("parent_uuid", "is not", null)
      .execute();
  },
};

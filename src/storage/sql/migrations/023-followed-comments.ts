import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/** The commits of comments that may still move are asked for with those that refs have left: without reading all comments. */
export const followedComments: Migration = {
  name: "023-followed-comments",
  async up(db) {
    await db.schema
      .createIndex("pull_request_comment_followed")
      .on("pull_request_comment")
      .columns(["repository_uuid", "is_outdated", "source_commit"])
      .where(sql.ref("source_commit"), "is not", null)
      .execute();
  },
};

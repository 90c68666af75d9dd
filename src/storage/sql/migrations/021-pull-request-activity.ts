import type { Migration } from "./migration.ts";

/** What has happened to all pull requests of a repository is listed too. */
export const pullRequestActivity: Migration = {
  name: "021-pull-request-activity",
  async up(db) {
    await db.schema
      .createIndex("pull_request_activity_of_repository")
      .on("pull_request_activity")
      .columns(["repository_uuid", "id"])
      .execute();
  },
};

import assert from "node:assert/strict";
import type { Uuid } from "../../../src/model/uuid.ts";
import type { Database } from "../../../src/storage/sql/database.ts";
import type { RealGit } from "../../support/git/real-git.ts";
import { BRANCHES, intoOf, pullRequestEntry } from "./pull-request-state.ts";

/** The pull requests of a repository, in the place of refs. */
export async function readPullRequests(
  { kysely }: Database,
  repositoryUuid: Uuid,
): Promise<readonly (readonly [string, string])[]> {
  const rows = await kysely
    .selectFrom("pull_request")
    .select(["id", "state", "source_branch", "source_commit"])
    .where("repository_uuid", "=", repositoryUuid)
    .execute();
  const activity = await kysely
    .selectFrom("pull_request_activity")
    .select(["pull_request_id", "kind"])
    .where("repository_uuid", "=", repositoryUuid)
    .execute();
  return rows.map((row) =>
    pullRequestEntry({
      id: row.id,
      state: row.state,
      from: row.source_branch,
      source: row.source_commit,
      updates: activity.filter((each) => each.pull_request_id === row.id && each.kind === "update").length,
    }),
  );
}

/** Every merge is in the history of the destination once, and nothing else is. */
export async function checkMerges(
  git: RealGit,
  folder: string,
  { kysely }: Database,
  { uuid, slug }: { readonly uuid: Uuid; readonly slug: string },
): Promise<void> {
  const rows = await kysely
    .selectFrom("pull_request")
    .select(["merge_commit", "destination_commit", "source_commit"])
    .where("repository_uuid", "=", uuid)
    .where("state", "=", "MERGED")
    .execute();
  if (rows.length === 0) return;
  const listed = await git.out(["rev-list", "--first-parent", "--parents", BRANCHES + intoOf(slug)], {
    folder,
  });
  assert.deepEqual(
    // The first commit was pushed.
    listed.split("\n").slice(0, -1).sort(),
    rows.map((row) => `${row.merge_commit} ${row.destination_commit} ${row.source_commit}`).sort(),
    "the history of the destination is its merges",
  );
}

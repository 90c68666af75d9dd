import { type Kysely, sql } from "kysely";
import type { ObjectId } from "../../../model/object-id.ts";
import type { PullRequest } from "../../../model/pull-request.ts";
import { BRANCH_PREFIX } from "../../../model/ref-name.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/**
 * The commits that the repository's pull requests name and that begin with some hex digits: closed ones may be reached
 * by no ref any more.
 */
export async function listPullRequestCommits(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  prefix: string,
): Promise<readonly ObjectId[]> {
  const pattern = `${prefix}%`;
  const rows = await db
    .selectFrom("pull_request")
    .select(["source_commit", "destination_commit", "merge_commit"])
    .where("repository_uuid", "=", repositoryUuid)
    .where((eb) =>
      eb.or([
        eb("source_commit", "like", pattern),
        eb("destination_commit", "like", pattern),
        eb("merge_commit", "like", pattern),
      ]),
    )
    .execute();
  const commits = rows.flatMap((row) => [row.source_commit, row.destination_commit, row.merge_commit]);
  const found = commits.filter((commit) => commit?.startsWith(prefix));
  return [...new Set(found as ObjectId[])];
}

/** What a pull request brings: the commits that its source has and its destination has not. */
export type PullRequestRange = {
  readonly id: number;
  readonly source: ObjectId;
  /** Where the destination is, of a closed one where it was. Undefined: nowhere. */
  readonly destination: ObjectId | undefined;
  readonly mergeCommit: ObjectId | undefined;
};

/** Those of all pull requests of a repository, those that changed last first. */
export async function listPullRequestRanges(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<readonly PullRequestRange[]> {
  const rows = await db
    .selectFrom("pull_request")
    .leftJoin("ref", (join) =>
      join
        .onRef("ref.repository_uuid", "=", "pull_request.repository_uuid")
        .on("ref.name", "=", sql<string>`${sql.lit(BRANCH_PREFIX)} || pull_request.destination_branch`),
    )
    .select([
      "pull_request.id",
      "pull_request.state",
      "pull_request.source_commit",
      "pull_request.destination_commit",
      "pull_request.merge_commit",
      "ref.target",
    ])
    .where("pull_request.repository_uuid", "=", repositoryUuid)
    .orderBy("pull_request.updated_at", "desc")
    .orderBy("pull_request.id", "desc")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    source: row.source_commit as ObjectId,
    destination: ((row.state === "OPEN" ? row.target : row.destination_commit) ?? undefined) as
      | ObjectId
      | undefined,
    mergeCommit: (row.merge_commit ?? undefined) as ObjectId | undefined,
  }));
}

/** What names a pull request to people. */
export type NamedPullRequest = Pick<PullRequest, "id" | "title" | "isDraft">;

/** The open ones whose source is at a commit now, by their numbers. */
export async function listOpenPullRequestsAt(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  commit: ObjectId,
  limit: number,
): Promise<readonly NamedPullRequest[]> {
  const rows = await db
    .selectFrom("pull_request")
    .select(["id", "title", "is_draft"])
    .where("repository_uuid", "=", repositoryUuid)
    .where("state", "=", "OPEN")
    .where("source_commit", "=", commit)
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ id: row.id, title: row.title, isDraft: row.is_draft === 1 }));
}

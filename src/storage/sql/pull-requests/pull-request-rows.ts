import { type InferResult, type Kysely, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { PullRequest, PullRequestState } from "../../../model/pull-request.ts";
import { BRANCH_PREFIX, type BranchName } from "../../../model/ref-name.ts";
import type { RepositoryReference } from "../../../model/repository.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { toAccount } from "../accounts/accounts.ts";
import { instant } from "../columns.ts";
import type { FieldMap } from "../compile-filter.ts";
import type { Schema } from "../schema.ts";

/** A pull request with its accounts, its repositories and the branches that are there now in one row. */
export function pullRequestQuery(db: Kysely<Schema>) {
  return db
    .selectFrom("pull_request")
    .innerJoin("repository", "repository.uuid", "pull_request.repository_uuid")
    .innerJoin("workspace", "workspace.uuid", "repository.workspace_uuid")
    .innerJoin("account as author", "author.uuid", "pull_request.author_uuid")
    .leftJoin("account as closer", "closer.uuid", "pull_request.closed_by_uuid")
    .leftJoin("repository as source", "source.uuid", "pull_request.source_repository_uuid")
    .leftJoin("workspace as source_workspace", "source_workspace.uuid", "source.workspace_uuid")
    .leftJoin("ref as source_ref", (join) =>
      join
        .onRef("source_ref.repository_uuid", "=", "pull_request.source_repository_uuid")
        .on("source_ref.name", "=", sql<string>`${sql.lit(BRANCH_PREFIX)} || pull_request.source_branch`),
    )
    .leftJoin("ref as destination_ref", (join) =>
      join
        .onRef("destination_ref.repository_uuid", "=", "pull_request.repository_uuid")
        .on(
          "destination_ref.name",
          "=",
          sql<string>`${sql.lit(BRANCH_PREFIX)} || pull_request.destination_branch`,
        ),
    );
}

export function selectPullRequest(query: ReturnType<typeof pullRequestQuery>) {
  return query
    .selectAll("pull_request")
    .select([
      "repository.slug as destination_slug",
      "repository.name as destination_name",
      "workspace.slug as destination_workspace_slug",
      "author.account_kind as author_account_kind",
      "author.account_id as author_account_id",
      "author.username as author_username",
      "author.display_name as author_display_name",
      "author.nickname as author_nickname",
      "author.disabled_at as author_disabled_at",
      "author.created_at as author_created_at",
      "closer.uuid as closer_uuid",
      "closer.account_kind as closer_account_kind",
      "closer.account_id as closer_account_id",
      "closer.username as closer_username",
      "closer.display_name as closer_display_name",
      "closer.nickname as closer_nickname",
      "closer.disabled_at as closer_disabled_at",
      "closer.created_at as closer_created_at",
      "source.slug as source_slug",
      "source.name as source_name",
      "source_workspace.slug as source_workspace_slug",
      "source_ref.target as source_tip",
      "destination_ref.target as destination_tip",
    ]);
}

/** The statement of `findPullRequest`, for preparing. */
export function pullRequestByIdQuery(db: Kysely<Schema>, repositoryUuid: string, id: number | string) {
  return selectPullRequest(pullRequestQuery(db))
    .where("pull_request.repository_uuid", "=", repositoryUuid)
    .where("pull_request.id", "=", id as number);
}

type Row = InferResult<ReturnType<typeof selectPullRequest>>[number];

export function toPullRequest(row: Row): PullRequest {
  const isOpen = row.state === "OPEN";
  const destinationCommit = isOpen ? row.destination_tip : row.destination_commit;
  return {
    repositoryUuid: row.repository_uuid as Uuid,
    id: row.id,
    title: row.title,
    description: row.description,
    state: row.state as PullRequestState,
    isDraft: row.is_draft === 1,
    isQueued: row.is_queued === 1,
    author: toAccount({
      uuid: row.author_uuid,
      account_kind: row.author_account_kind,
      account_id: row.author_account_id,
      username: row.author_username,
      display_name: row.author_display_name,
      nickname: row.author_nickname,
      disabled_at: row.author_disabled_at,
      created_at: row.author_created_at,
    }),
    closedBy: toCloser(row),
    reason: row.reason,
    mergeCommit: (row.merge_commit ?? undefined) as ObjectId | undefined,
    closesSourceBranch: row.close_source_branch === 1,
    commentCount: row.comment_count,
    taskCount: row.task_count,
    source: {
      repository: toSourceRepository(row),
      branch: row.source_branch as BranchName,
      commit: row.source_commit as ObjectId,
      hasBranch: row.source_tip !== null,
    },
    destination: {
      repository: {
        uuid: row.repository_uuid as Uuid,
        slug: row.destination_slug as RepositorySlug,
        name: row.destination_name,
        workspace: { slug: row.destination_workspace_slug as WorkspaceSlug },
      },
      branch: row.destination_branch as BranchName,
      commit: (destinationCommit ?? undefined) as ObjectId | undefined,
    },
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

function toCloser(row: Row): Account | undefined {
  if (row.closer_uuid === null) return undefined;
  return toAccount({
    uuid: row.closer_uuid,
    account_kind: row.closer_account_kind!,
    account_id: row.closer_account_id!,
    username: row.closer_username!,
    display_name: row.closer_display_name!,
    nickname: row.closer_nickname!,
    disabled_at: row.closer_disabled_at,
    created_at: row.closer_created_at!,
  });
}

function toSourceRepository(row: Row): RepositoryReference | undefined {
  if (row.source_repository_uuid === null || row.source_slug === null) return undefined;
  return {
    uuid: row.source_repository_uuid as Uuid,
    slug: row.source_slug as RepositorySlug,
    name: row.source_name!,
    workspace: { slug: row.source_workspace_slug as WorkspaceSlug },
  };
}

const amongReviewers: NonNullable<FieldMap[string]["amongRows"]> = (condition) => sql`exists (
  select 1 from pull_request_participant as reviewed
  inner join account as reviewer on reviewer.uuid = reviewed.account_uuid
  where reviewed.repository_uuid = pull_request.repository_uuid
    and reviewed.pull_request_id = pull_request.id and reviewed.is_reviewer = 1 and ${condition})`;

/** What lists of pull requests are filtered and sorted by: contract, pull-requests.md §5.2. */
export const PULL_REQUEST_FIELDS: FieldMap = {
  id: { column: "pull_request.id", type: "integer" },
  title: { column: "pull_request.title", type: "text" },
  description: { column: "pull_request.description", type: "text" },
  "summary.raw": { column: "pull_request.description", type: "text" },
  state: { column: "pull_request.state", type: "text" },
  draft: { column: "pull_request.is_draft", type: "boolean" },
  queued: { column: "pull_request.is_queued", type: "boolean" },
  reason: { column: "pull_request.reason", type: "text" },
  comment_count: { column: "pull_request.comment_count", type: "integer" },
  task_count: { column: "pull_request.task_count", type: "integer" },
  close_source_branch: { column: "pull_request.close_source_branch", type: "boolean" },
  created_on: { column: "pull_request.created_at", type: "instant" },
  updated_on: { column: "pull_request.updated_at", type: "instant" },
  "merge_commit.hash": { column: "pull_request.merge_commit", type: "hash", nullable: true },
  "author.uuid": { column: "author.uuid", type: "uuid" },
  "author.account_id": { column: "author.account_id", type: "text" },
  "author.nickname": { column: "author.nickname", type: "text" },
  "author.display_name": { column: "author.display_name", type: "text" },
  "closed_by.uuid": { column: "closer.uuid", type: "uuid", nullable: true },
  "closed_by.account_id": { column: "closer.account_id", type: "text", nullable: true },
  "closed_by.nickname": { column: "closer.nickname", type: "text", nullable: true },
  "closed_by.display_name": { column: "closer.display_name", type: "text", nullable: true },
  "reviewers.uuid": { column: "reviewer.uuid", type: "uuid", amongRows: amongReviewers },
  "reviewers.account_id": { column: "reviewer.account_id", type: "text", amongRows: amongReviewers },
  "reviewers.nickname": { column: "reviewer.nickname", type: "text", amongRows: amongReviewers },
  "reviewers.display_name": { column: "reviewer.display_name", type: "text", amongRows: amongReviewers },
  "source.branch.name": { column: "pull_request.source_branch", type: "text" },
  "source.commit.hash": { column: "pull_request.source_commit", type: "hash" },
  "source.repository.full_name": {
    column: sql`source_workspace.slug || '/' || source.slug`,
    type: "text",
    nullable: true,
  },
  "source.repository.name": { column: "source.name", type: "text", nullable: true },
  "source.repository.uuid": { column: "pull_request.source_repository_uuid", type: "uuid", nullable: true },
  "destination.branch.name": { column: "pull_request.destination_branch", type: "text" },
  "destination.repository.full_name": {
    column: sql`workspace.slug || '/' || repository.slug`,
    type: "text",
  },
  "destination.repository.name": { column: "repository.name", type: "text" },
  "destination.repository.uuid": { column: "pull_request.repository_uuid", type: "uuid" },
};

import { type Kysely, type RawBuilder, type SqlBool, sql, type Updateable } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Viewer } from "../../../model/caller.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { PullRequest, PullRequestKey, PullRequestState } from "../../../model/pull-request.ts";
import type { BranchName } from "../../../model/ref-name.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { flag } from "../columns.ts";
import { compileFilter, compileSort } from "../compile-filter.ts";
import { isVisible } from "../permissions/permissions.ts";
import { isPostgres } from "../refs/refs.ts";
import type { PullRequestRow } from "../schema/pull-requests.ts";
import type { Schema } from "../schema.ts";
import { advertisePullRequest } from "./advertised-refs.ts";
import {
  PULL_REQUEST_FIELDS,
  pullRequestByIdQuery,
  pullRequestQuery,
  selectPullRequest,
  toPullRequest,
} from "./pull-request-rows.ts";

export type NewPullRequest = {
  readonly repositoryUuid: Uuid;
  readonly title: string;
  readonly description: string;
  readonly isDraft: boolean;
  readonly authorUuid: Uuid;
  readonly closesSourceBranch: boolean;
  readonly source: { readonly repositoryUuid: Uuid; readonly branch: BranchName; readonly commit: ObjectId };
  readonly destinationBranch: BranchName;
  readonly createdAt: Date;
};

/**
 * Call it in a transaction that has locked the row of the repository: the next id is counted there.
 *
 * @returns its id.
 */
export async function insertPullRequest(tx: Kysely<Schema>, created: NewPullRequest): Promise<number> {
  const { last } = await tx
    .selectFrom("pull_request")
    .select((eb) => eb.fn.max("id").as("last"))
    .where("repository_uuid", "=", created.repositoryUuid)
    .executeTakeFirstOrThrow();
  const id = (last ?? 0) + 1;
  await tx
    .insertInto("pull_request")
    .values({
      repository_uuid: created.repositoryUuid,
      id,
      title: created.title,
      description: created.description,
      state: "OPEN",
      is_draft: flag(created.isDraft),
      is_queued: 0,
      author_uuid: created.authorUuid,
      closed_by_uuid: null,
      reason: "",
      merge_commit: null,
      close_source_branch: flag(created.closesSourceBranch),
      comment_count: 0,
      task_count: 0,
      source_repository_uuid: created.source.repositoryUuid,
      source_branch: created.source.branch,
      source_commit: created.source.commit,
      destination_branch: created.destinationBranch,
      destination_commit: null,
      created_at: created.createdAt.getTime(),
      updated_at: created.createdAt.getTime(),
    })
    .execute();
  await advertisePullRequest(tx, { repositoryUuid: created.repositoryUuid, id });
  return id;
}

export async function findPullRequest(
  db: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
): Promise<PullRequest | undefined> {
  const row = await pullRequestByIdQuery(db, repositoryUuid, id).executeTakeFirst();
  return row && toPullRequest(row);
}

/** Those of one repository that there are. */
export async function findPullRequests(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  ids: readonly number[],
): Promise<readonly PullRequest[]> {
  if (ids.length === 0) return [];
  const rows = await selectPullRequest(pullRequestQuery(db))
    .where("pull_request.repository_uuid", "=", repositoryUuid)
    .where("pull_request.id", "in", ids)
    .execute();
  return rows.map(toPullRequest);
}

/** The same of one, with its row locked until the transaction ends. On SQLite the transaction has the only write lock already. */
export async function lockPullRequest(
  tx: Kysely<Schema>,
  key: PullRequestKey,
): Promise<PullRequest | undefined> {
  if (isPostgres(tx))
    await tx
      .selectFrom("pull_request")
      .select("id")
      .where("repository_uuid", "=", key.repositoryUuid)
      .where("id", "=", key.id)
      .forUpdate()
      .execute();
  return findPullRequest(tx, key);
}

/** Every key that is present is written. */
export type PullRequestRowChanges = {
  readonly title?: string;
  readonly description?: string;
  readonly isDraft?: boolean;
  readonly isQueued?: boolean;
  readonly closesSourceBranch?: boolean;
  readonly commentCount?: number;
  readonly taskCount?: number;
  readonly sourceCommit?: ObjectId;
  readonly destinationBranch?: BranchName;
  readonly closed?: {
    readonly state: Extract<PullRequestState, "MERGED" | "DECLINED">;
    /** Undefined: the operator. */
    readonly by: Uuid | undefined;
    readonly reason?: string;
    readonly mergeCommit?: ObjectId;
    /** The tip of the destination before. */
    readonly destinationCommit: ObjectId | undefined;
  };
  readonly updatedAt: Date;
};

export async function updatePullRequest(
  tx: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  changes: PullRequestRowChanges,
): Promise<void> {
  await tx
    .updateTable("pull_request")
    .set(toChangedColumns(changes))
    .where("repository_uuid", "=", repositoryUuid)
    .where("id", "=", id)
    .execute();
  const areCommitsChanged = changes.sourceCommit !== undefined || changes.closed !== undefined;
  if (areCommitsChanged) await advertisePullRequest(tx, { repositoryUuid, id });
}

function toChangedColumns(changes: PullRequestRowChanges): Updateable<PullRequestRow> {
  const row: Updateable<PullRequestRow> = { updated_at: changes.updatedAt.getTime() };
  if (changes.title !== undefined) row.title = changes.title;
  if (changes.description !== undefined) row.description = changes.description;
  if (changes.isDraft !== undefined) row.is_draft = flag(changes.isDraft);
  if (changes.isQueued !== undefined) row.is_queued = flag(changes.isQueued);
  if (changes.closesSourceBranch !== undefined) row.close_source_branch = flag(changes.closesSourceBranch);
  if (changes.commentCount !== undefined) row.comment_count = changes.commentCount;
  if (changes.taskCount !== undefined) row.task_count = changes.taskCount;
  if (changes.sourceCommit !== undefined) row.source_commit = changes.sourceCommit;
  if (changes.destinationBranch !== undefined) row.destination_branch = changes.destinationBranch;
  const { closed } = changes;
  if (closed !== undefined) {
    row.state = closed.state;
    row.is_queued = 0;
    row.closed_by_uuid = closed.by ?? null;
    row.reason = closed.reason ?? "";
    row.merge_commit = closed.mergeCommit ?? null;
    row.destination_commit = closed.destinationCommit ?? null;
  }
  return row;
}

/**
 * Those of one repository, all of them or the ones with these ids; or those in the repositories that the viewer may see,
 * of one workspace or of all.
 */
export type PullRequestListSubject =
  | { readonly repositoryUuid: Uuid; readonly ids?: readonly number[] }
  | ({ readonly viewer: Viewer } & VisibleNarrowing);

type VisibleNarrowing = {
  readonly workspaceUuid?: Uuid;
  readonly authorUuid?: Uuid;
  readonly reviewerUuid?: Uuid;
};

export type PullRequestListOptions = PullRequestListSubject & {
  /** Undefined: in any state. */
  readonly states: readonly PullRequestState[] | undefined;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/**
 * A page of pull requests, those that changed last first unless sorted; `size` counts all pages. Two statements.
 *
 * @throws Failure invalid-input if the filter or the sort names a field that is not offered.
 */
export async function listPullRequests(
  db: Kysely<Schema>,
  options: PullRequestListOptions,
): Promise<{ readonly values: readonly PullRequest[]; readonly size: number }> {
  const { filter, sort, page, pagelen, states } = options;
  const isListed = sql<SqlBool>`${ofSubject(options)} and ${inStates(states)}`;
  let listed = pullRequestQuery(db).where(isListed);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, PULL_REQUEST_FIELDS));
  // Without a filter an index of one table is counted.
  const counted =
    filter === undefined && "repositoryUuid" in options
      ? db.selectFrom("pull_request").where(isListed)
      : listed;
  const { size } = await counted.select(sql<number>`count(*)`.as("size")).executeTakeFirstOrThrow();
  const sorted =
    sort === undefined
      ? listed.orderBy("pull_request.updated_at", "desc")
      : listed.orderBy(compileSort(sort, PULL_REQUEST_FIELDS));
  const rows = await selectPullRequest(sorted)
    .orderBy("pull_request.id", "desc")
    .orderBy("pull_request.repository_uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toPullRequest), size };
}

function ofSubject(subject: PullRequestListSubject): RawBuilder<SqlBool> {
  if ("repositoryUuid" in subject) {
    const isHere = sql<SqlBool>`pull_request.repository_uuid = ${subject.repositoryUuid}`;
    return subject.ids === undefined
      ? isHere
      : sql<SqlBool>`${isHere} and pull_request.id in (${sql.join(subject.ids)})`;
  }
  const { viewer, workspaceUuid, authorUuid, reviewerUuid } = subject;
  const conditions = [isVisible(viewer)];
  if (workspaceUuid !== undefined)
    conditions.push(sql<SqlBool>`repository.workspace_uuid = ${workspaceUuid}`);
  if (authorUuid !== undefined) conditions.push(sql<SqlBool>`pull_request.author_uuid = ${authorUuid}`);
  if (reviewerUuid !== undefined) conditions.push(isReviewedBy(reviewerUuid));
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
}

/** Found by the index of the account, however many pull requests there are. */
function isReviewedBy(accountUuid: Uuid): RawBuilder<SqlBool> {
  return sql<SqlBool>`(pull_request.repository_uuid, pull_request.id) in (
    select repository_uuid, pull_request_id from pull_request_participant
    where account_uuid = ${accountUuid} and is_reviewer = 1)`;
}

function inStates(states: readonly PullRequestState[] | undefined): RawBuilder<SqlBool> {
  return states === undefined
    ? sql<SqlBool>`1 = 1`
    : sql<SqlBool>`pull_request.state in (${sql.join(states)})`;
}

export type PullRequestCounts = {
  readonly byState: ReadonlyMap<PullRequestState, number>;
  /** Open ones by the account, and those that it is to review. */
  readonly own: number;
  readonly toReview: number;
};

/** How many pull requests a subject has, also for the account that asks. One statement. */
export async function countPullRequests(
  db: Kysely<Schema>,
  subject: PullRequestListSubject,
  accountUuid: Uuid | undefined,
): Promise<PullRequestCounts> {
  const isOpen = sql<SqlBool>`pull_request.state = 'OPEN'`;
  const countIf = (condition: RawBuilder<SqlBool>) =>
    sql<number>`sum(case when ${isOpen} and ${condition} then 1 else 0 end)`;
  const never = sql<SqlBool>`1 = 0`;
  const rows = await db
    .selectFrom("pull_request")
    .innerJoin("repository", "repository.uuid", "pull_request.repository_uuid")
    .select([
      "pull_request.state",
      sql<number>`count(*)`.as("size"),
      countIf(accountUuid === undefined ? never : sql<SqlBool>`pull_request.author_uuid = ${accountUuid}`).as(
        "own",
      ),
      countIf(accountUuid === undefined ? never : isReviewedBy(accountUuid)).as("to_review"),
    ])
    .where(ofSubject(subject))
    .groupBy("pull_request.state")
    .execute();
  const sum = (name: "own" | "to_review") => rows.reduce((total, row) => total + Number(row[name]), 0);
  return {
    byState: new Map(rows.map(({ state, size }) => [state as PullRequestState, Number(size)])),
    own: sum("own"),
    toReview: sum("to_review"),
  };
}

export type PullRequestChoices = {
  readonly authors: readonly Account[];
  readonly destinationBranches: readonly BranchName[];
};

/** By whom and into what the pull requests of a repository are, for filters: each in order, up to `limit`. Two statements. */
export async function listPullRequestChoices(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  limit: number,
): Promise<PullRequestChoices> {
  const of = () => db.selectFrom("pull_request").where("repository_uuid", "=", repositoryUuid).distinct();
  const authors = await db
    .selectFrom("account")
    .select(ACCOUNT_COLUMNS)
    .where("account.uuid", "in", of().select("author_uuid"))
    .orderBy("account.username_key")
    .limit(limit)
    .execute();
  const branches = await of()
    .select("destination_branch")
    .orderBy("destination_branch")
    .limit(limit)
    .execute();
  return {
    authors: authors.map(toAccount),
    destinationBranches: branches.map((row) => row.destination_branch as BranchName),
  };
}

/** The open one from one branch into another, of which there is at most one. */
export async function findOpenPullRequest(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  source: { readonly repositoryUuid: Uuid; readonly branch: BranchName },
  destinationBranch: BranchName,
): Promise<number | undefined> {
  const row = await db
    .selectFrom("pull_request")
    .select("id")
    .where("repository_uuid", "=", repositoryUuid)
    .where("destination_branch", "=", destinationBranch)
    .where("source_repository_uuid", "=", source.repositoryUuid)
    .where("source_branch", "=", source.branch)
    .where("state", "=", "OPEN")
    .executeTakeFirst();
  return row?.id;
}

/** The open ones from one branch, into whichever. */
export async function countOpenPullRequests(
  db: Kysely<Schema>,
  source: { readonly repositoryUuid: Uuid; readonly branch: BranchName },
): Promise<number> {
  const { count } = await db
    .selectFrom("pull_request")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("source_repository_uuid", "=", source.repositoryUuid)
    .where("source_branch", "=", source.branch)
    .where("state", "=", "OPEN")
    .executeTakeFirstOrThrow();
  return Number(count);
}

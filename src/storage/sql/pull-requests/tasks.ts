import { type InferResult, type Kysely, type SqlBool, sql, type Updateable } from "kysely";
import type { PullRequestKey } from "../../../model/pull-request.ts";
import type { PullRequestTask } from "../../../model/pull-request-task.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { aliasedAccountColumns } from "../accounts/aliased-account.ts";
import { flag, instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { PullRequestTaskRow } from "../schema/pull-request-comments.ts";
import type { Schema } from "../schema.ts";
import { type CommentListOptions, type CommentReader, toResolution } from "./comments.ts";

const FIELDS: FieldMap = {
  id: { column: "pull_request_task.id", type: "integer" },
  state: {
    column: sql`case when pull_request_task.resolved_at is null then 'UNRESOLVED' else 'RESOLVED' end`,
    type: "text",
  },
  "content.raw": { column: "pull_request_task.raw", type: "text" },
  "comment.id": { column: "pull_request_task.comment_id", type: "integer", nullable: true },
  pending: { column: "pull_request_task.is_pending", type: "boolean" },
  created_on: { column: "pull_request_task.created_at", type: "instant" },
  updated_on: { column: "pull_request_task.updated_at", type: "instant" },
  resolved_on: { column: "pull_request_task.resolved_at", type: "instant", nullable: true },
  "creator.uuid": { column: "account.uuid", type: "uuid" },
  "creator.account_id": { column: "account.account_id", type: "text" },
  "creator.nickname": { column: "account.nickname", type: "text" },
  "creator.display_name": { column: "account.display_name", type: "text" },
  "resolved_by.uuid": { column: "resolver.uuid", type: "uuid", nullable: true },
  "resolved_by.account_id": { column: "resolver.account_id", type: "text", nullable: true },
};

/** Those that are published, and the reader's own. */
function tasksFor(db: Kysely<Schema>, { repositoryUuid, id }: PullRequestKey, reader: CommentReader) {
  return tasksSeenBy(db, reader)
    .where("pull_request_task.repository_uuid", "=", repositoryUuid)
    .where("pull_request_task.pull_request_id", "=", id);
}

function tasksSeenBy(db: Kysely<Schema>, reader: CommentReader) {
  return db
    .selectFrom("pull_request_task")
    .innerJoin("account", "account.uuid", "pull_request_task.account_uuid")
    .leftJoin("account as resolver", "resolver.uuid", "pull_request_task.resolved_by_uuid")
    .where(
      sql<SqlBool>`(pull_request_task.is_pending = 0 or pull_request_task.account_uuid = ${reader ?? ""})`,
    );
}

function columnsOf(query: ReturnType<typeof tasksFor>) {
  return query
    .select([
      "pull_request_task.id",
      "pull_request_task.repository_uuid",
      "pull_request_task.pull_request_id",
      "pull_request_task.raw",
      "pull_request_task.comment_id",
      "pull_request_task.is_pending",
      "pull_request_task.resolved_at",
      "pull_request_task.created_at as tasked_at",
      "pull_request_task.updated_at",
    ])
    .select(ACCOUNT_COLUMNS)
    .select(aliasedAccountColumns("resolver"));
}

function toTask(row: InferResult<ReturnType<typeof columnsOf>>[number]): PullRequestTask {
  return {
    id: row.id,
    repositoryUuid: row.repository_uuid as Uuid,
    pullRequestId: row.pull_request_id,
    creator: toAccount(row),
    raw: row.raw,
    commentId: row.comment_id ?? undefined,
    isPending: row.is_pending === 1,
    resolution: toResolution(row),
    createdAt: instant(row.tasked_at),
    updatedAt: instant(row.updated_at),
  };
}

/** @returns the task with the id that the database gave it. */
export async function insertTask(
  tx: Kysely<Schema>,
  task: Omit<PullRequestTask, "id" | "resolution">,
): Promise<PullRequestTask> {
  const { id } = await tx
    .insertInto("pull_request_task")
    .values({
      repository_uuid: task.repositoryUuid,
      pull_request_id: task.pullRequestId,
      account_uuid: task.creator.uuid,
      raw: task.raw,
      comment_id: task.commentId ?? null,
      is_pending: flag(task.isPending),
      created_at: task.createdAt.getTime(),
      updated_at: task.updatedAt.getTime(),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...task, id, resolution: undefined };
}

export async function findTask(
  db: Kysely<Schema>,
  pullRequest: PullRequestKey,
  id: number,
  reader: CommentReader,
): Promise<PullRequestTask | undefined> {
  const query = tasksFor(db, pullRequest, reader).where("pull_request_task.id", "=", id);
  const row = await columnsOf(query).executeTakeFirst();
  return row && toTask(row);
}

/** A page of tasks, oldest first unless sorted. Two statements. */
export async function listTasks(
  db: Kysely<Schema>,
  pullRequest: PullRequestKey,
  { reader, filter, sort, page, pagelen }: CommentListOptions,
): Promise<{ readonly values: readonly PullRequestTask[]; readonly size: number }> {
  let listed = tasksFor(db, pullRequest, reader);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await columnsOf(sorted.orderBy("pull_request_task.id"))
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toTask), size };
}

/** The tasks that hang on these comments, and that the reader sees, oldest first. */
export async function listTasksOfComments(
  db: Kysely<Schema>,
  commentIds: readonly number[],
  reader: CommentReader,
): Promise<readonly PullRequestTask[]> {
  if (commentIds.length === 0) return [];
  const rows = await columnsOf(tasksSeenBy(db, reader))
    .where("pull_request_task.comment_id", "in", commentIds)
    .orderBy("pull_request_task.id")
    .execute();
  return rows.map(toTask);
}

/** Writes what can change of a task. Call it in a transaction that has locked the pull request. */
export async function updateTask(
  tx: Kysely<Schema>,
  { id, raw, isPending, resolution, updatedAt }: PullRequestTask,
): Promise<void> {
  const columns: Updateable<PullRequestTaskRow> = {
    raw,
    is_pending: flag(isPending),
    resolved_by_uuid: resolution?.by?.uuid ?? null,
    resolved_at: resolution?.at.getTime() ?? null,
    updated_at: updatedAt.getTime(),
  };
  await tx.updateTable("pull_request_task").set(columns).where("id", "=", id).execute();
}

export async function deleteTaskRow(tx: Kysely<Schema>, id: number): Promise<void> {
  await tx.deleteFrom("pull_request_task").where("id", "=", id).execute();
}

import { type InferResult, type Kysely, type SqlBool, sql, type Updateable } from "kysely";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { PullRequestKey } from "../../../model/pull-request.ts";
import type { CommentAnchor, PullRequestComment, Resolution } from "../../../model/pull-request-comment.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS } from "../accounts/accounts.ts";
import { aliasedAccountColumns, toAliasedAccount } from "../accounts/aliased-account.ts";
import { flag, instant } from "../columns.ts";
import { commentColumns, commentFields, toComment, toCommentRow } from "../comment-rows.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { PullRequestCommentRow } from "../schema/pull-request-comments.ts";
import type { Schema } from "../schema.ts";

const FIELDS: FieldMap = {
  ...commentFields("pull_request_comment"),
  pending: { column: "pull_request_comment.is_pending", type: "boolean" },
  "inline.outdated": { column: "pull_request_comment.is_outdated", type: "boolean" },
};

/** Comments with their authors, and those who have resolved them, in one row. */
export function commentQuery(db: Kysely<Schema>) {
  return db
    .selectFrom("pull_request_comment")
    .innerJoin("account", "account.uuid", "pull_request_comment.account_uuid")
    .leftJoin("account as resolver", "resolver.uuid", "pull_request_comment.resolved_by_uuid");
}

export function commentColumnsOf(query: ReturnType<typeof commentQuery>) {
  return query
    .select([
      "pull_request_comment.repository_uuid",
      "pull_request_comment.pull_request_id",
      "pull_request_comment.is_pending",
      "pull_request_comment.source_commit",
      "pull_request_comment.destination_commit",
      "pull_request_comment.base_commit",
      "pull_request_comment.is_outdated",
      "pull_request_comment.resolved_at",
    ])
    .select(commentColumns("pull_request_comment"))
    .select(ACCOUNT_COLUMNS)
    .select(aliasedAccountColumns("resolver"));
}

type Row = InferResult<ReturnType<typeof commentColumnsOf>>[number];

export function toPullRequestComment(row: Row): PullRequestComment {
  return {
    ...toComment(row),
    repositoryUuid: row.repository_uuid as Uuid,
    pullRequestId: row.pull_request_id,
    isPending: row.is_pending === 1,
    anchor: toAnchor(row),
    resolution: toResolution(row),
  };
}

export function toAnchor(
  row: Pick<Row, "source_commit" | "destination_commit" | "base_commit" | "is_outdated">,
): CommentAnchor | undefined {
  if (row.source_commit === null) return undefined;
  return {
    source: row.source_commit as ObjectId,
    destination: (row.destination_commit ?? undefined) as ObjectId | undefined,
    base: (row.base_commit ?? undefined) as ObjectId | undefined,
    isOutdated: row.is_outdated === 1,
  };
}

export function toAnchorRow(anchor: CommentAnchor | undefined) {
  return {
    source_commit: anchor?.source ?? null,
    destination_commit: anchor?.destination ?? null,
    base_commit: anchor?.base ?? null,
    is_outdated: flag(anchor?.isOutdated ?? false),
  };
}

/** The columns of who has resolved something, and when. */
export function toResolution(
  row: Parameters<typeof toAliasedAccount<"resolver">>[0] & { readonly resolved_at: number | null },
): Resolution | undefined {
  if (row.resolved_at === null) return undefined;
  return { by: toAliasedAccount(row, "resolver"), at: instant(row.resolved_at) };
}

/** @returns the comment with the id that the database gave it. */
export async function insertComment(
  tx: Kysely<Schema>,
  comment: Omit<PullRequestComment, "id" | "resolution">,
): Promise<PullRequestComment> {
  const { id } = await tx
    .insertInto("pull_request_comment")
    .values({
      ...toCommentRow(comment),
      repository_uuid: comment.repositoryUuid,
      pull_request_id: comment.pullRequestId,
      is_pending: flag(comment.isPending),
      ...toAnchorRow(comment.anchor),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...comment, id, resolution: undefined };
}

/** Of somebody who sees what is published, and what they have not published themselves. */
export type CommentReader = Uuid | undefined;

export async function findComment(
  db: Kysely<Schema>,
  pullRequest: PullRequestKey,
  id: number,
  reader: CommentReader,
): Promise<PullRequestComment | undefined> {
  const row = await commentColumnsOf(commentsFor(db, pullRequest, reader))
    .where("pull_request_comment.id", "=", id)
    .executeTakeFirst();
  return row && toPullRequestComment(row);
}

/** The comments of these ids, whether they are published or not. */
export async function listCommentsById(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  ids: readonly number[],
): Promise<readonly PullRequestComment[]> {
  if (ids.length === 0) return [];
  const rows = await commentColumnsOf(commentQuery(db))
    .where("pull_request_comment.repository_uuid", "=", repositoryUuid)
    .where("pull_request_comment.id", "in", ids)
    .execute();
  return rows.map(toPullRequestComment);
}

export function commentsFor(
  db: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  reader: CommentReader,
) {
  return commentQuery(db)
    .where("pull_request_comment.repository_uuid", "=", repositoryUuid)
    .where("pull_request_comment.pull_request_id", "=", id)
    .where(
      sql<SqlBool>`(pull_request_comment.is_pending = 0 or pull_request_comment.account_uuid = ${reader ?? ""})`,
    );
}

export type CommentListOptions = {
  readonly reader: CommentReader;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** A page of comments, deleted ones too, oldest first unless sorted. Two statements. */
export async function listComments(
  db: Kysely<Schema>,
  pullRequest: PullRequestKey,
  { reader, filter, sort, page, pagelen }: CommentListOptions,
): Promise<{ readonly values: readonly PullRequestComment[]; readonly size: number }> {
  let listed = commentsFor(db, pullRequest, reader);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await commentColumnsOf(sorted.orderBy("pull_request_comment.id"))
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toPullRequestComment), size };
}

/** The threads on lines and files that nobody has resolved. */
export async function countOpenThreads(
  db: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
): Promise<number> {
  const { size } = await db
    .selectFrom("pull_request_comment")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .where("parent_id", "is", null)
    .where("inline_path", "is not", null)
    .where("is_deleted", "=", 0)
    .where("is_pending", "=", 0)
    .where("resolved_at", "is", null)
    .executeTakeFirstOrThrow();
  return size;
}

/** Every key that is present is written. */
export type CommentChanges = {
  readonly raw?: string;
  readonly isPending?: false;
  readonly updatedAt: Date;
};

/** Call it in a transaction that has locked the pull request. */
export async function updateComment(tx: Kysely<Schema>, id: number, changes: CommentChanges): Promise<void> {
  const columns: Updateable<PullRequestCommentRow> = { updated_at: changes.updatedAt.getTime() };
  if (changes.raw !== undefined) columns.raw = changes.raw;
  if (changes.isPending !== undefined) columns.is_pending = flag(changes.isPending);
  await tx.updateTable("pull_request_comment").set(columns).where("id", "=", id).execute();
}

/** Clears the text. The comment stays, for the replies to it; its tasks stay without it. */
export async function markCommentDeleted(tx: Kysely<Schema>, id: number, updatedAt: Date): Promise<void> {
  await tx
    .updateTable("pull_request_comment")
    .set({ raw: "", is_deleted: 1, updated_at: updatedAt.getTime() })
    .where("id", "=", id)
    .execute();
  await tx.updateTable("pull_request_task").set({ comment_id: null }).where("comment_id", "=", id).execute();
}

/** @param resolution undefined to reopen it. */
export async function setCommentResolution(
  tx: Kysely<Schema>,
  id: number,
  resolution: { readonly byUuid: Uuid; readonly at: Date } | undefined,
): Promise<void> {
  await tx
    .updateTable("pull_request_comment")
    .set({
      resolved_by_uuid: resolution?.byUuid ?? null,
      resolved_at: resolution?.at.getTime() ?? null,
    })
    .where("id", "=", id)
    .execute();
}

import type { InferResult, Kysely, Updateable } from "kysely";
import type { CommitComment } from "../../../model/commit-comment.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS } from "../accounts/accounts.ts";
import { commentColumns, commentFields, toComment, toCommentRow } from "../comment-rows.ts";
import { compileFilter, compileSort } from "../compile-filter.ts";
import type { Schema } from "../schema.ts";

const FIELDS = commentFields("commit_comment");

/** Comments of one commit with their authors in one row. */
function commentQuery(db: Kysely<Schema>, repositoryUuid: Uuid, commit: ObjectId) {
  return db
    .selectFrom("commit_comment")
    .innerJoin("account", "account.uuid", "commit_comment.account_uuid")
    .where("commit_comment.repository_uuid", "=", repositoryUuid)
    .where("commit_comment.commit_id", "=", commit);
}

function columnsOf(query: ReturnType<typeof commentQuery>) {
  return query
    .select(["commit_comment.repository_uuid", "commit_comment.commit_id"])
    .select(commentColumns("commit_comment"))
    .select(ACCOUNT_COLUMNS);
}

type Row = InferResult<ReturnType<typeof columnsOf>>[number];

function toCommitComment(row: Row): CommitComment {
  return {
    ...toComment(row),
    repositoryUuid: row.repository_uuid as Uuid,
    commit: row.commit_id as ObjectId,
  };
}

/** @returns the comment with the id that the database gave it. */
export async function insertComment(
  db: Kysely<Schema>,
  comment: Omit<CommitComment, "id">,
): Promise<CommitComment> {
  const { id } = await db
    .insertInto("commit_comment")
    .values({
      ...toCommentRow(comment),
      repository_uuid: comment.repositoryUuid,
      commit_id: comment.commit,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...comment, id };
}

export async function findComment(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  commit: ObjectId,
  id: number,
): Promise<CommitComment | undefined> {
  const query = commentQuery(db, repositoryUuid, commit).where("commit_comment.id", "=", id);
  const row = await columnsOf(query).executeTakeFirst();
  return row && toCommitComment(row);
}

/** The commit that a comment of this repository is about, or undefined if there is no such comment in it. */
export async function findCommentedCommit(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  id: number,
): Promise<ObjectId | undefined> {
  const row = await db
    .selectFrom("commit_comment")
    .select("commit_id")
    .where("repository_uuid", "=", repositoryUuid)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && (row.commit_id as ObjectId);
}

/** @returns false, with nothing changed, if the comment is deleted or not there. */
export async function updateCommentText(
  tx: Kysely<Schema>,
  id: number,
  raw: string,
  updatedAt: Date,
): Promise<boolean> {
  return updateUndeleted(tx, id, { raw, updated_at: updatedAt.getTime() });
}

/** Clears the text. @returns false, with nothing changed, if the comment was deleted before or does not exist. */
export async function markCommentDeleted(tx: Kysely<Schema>, id: number, updatedAt: Date): Promise<boolean> {
  return updateUndeleted(tx, id, { raw: "", is_deleted: 1, updated_at: updatedAt.getTime() });
}

async function updateUndeleted(
  tx: Kysely<Schema>,
  id: number,
  columns: Updateable<Schema["commit_comment"]>,
): Promise<boolean> {
  const result = await tx
    .updateTable("commit_comment")
    .set(columns)
    .where("id", "=", id)
    .where("is_deleted", "=", 0)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export type CommentListOptions = {
  readonly repositoryUuid: Uuid;
  readonly commit: ObjectId;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** A page of a commit's comments, deleted ones too, oldest first unless sorted. Two statements. */
export async function listComments(
  db: Kysely<Schema>,
  { repositoryUuid, commit, filter, sort, page, pagelen }: CommentListOptions,
): Promise<{ readonly values: readonly CommitComment[]; readonly size: number }> {
  let listed = commentQuery(db, repositoryUuid, commit);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await columnsOf(sorted.orderBy("commit_comment.id"))
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toCommitComment), size };
}

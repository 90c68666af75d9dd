import type { InferResult, Kysely, Updateable } from "kysely";
import type { CommitComment, InlineLocation } from "../../../model/commit-comment.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { flag, instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { Schema } from "../schema.ts";

/** The fields by which lists of comments are filtered and sorted. */
const FIELDS: FieldMap = {
  id: { column: "commit_comment.id", type: "integer" },
  created_on: { column: "commit_comment.created_at", type: "instant" },
  updated_on: { column: "commit_comment.updated_at", type: "instant" },
  deleted: { column: "commit_comment.is_deleted", type: "boolean" },
  "content.raw": { column: "commit_comment.raw", type: "text" },
  "parent.id": { column: "commit_comment.parent_id", type: "integer", nullable: true },
  "inline.path": { column: "commit_comment.inline_path", type: "text", nullable: true },
  "user.uuid": { column: "account.uuid", type: "uuid" },
  "user.account_id": { column: "account.account_id", type: "text" },
  "user.nickname": { column: "account.nickname", type: "text" },
  "user.display_name": { column: "account.display_name", type: "text" },
};

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
    .select([
      "commit_comment.id",
      "commit_comment.repository_uuid",
      "commit_comment.commit_id",
      "commit_comment.parent_id",
      "commit_comment.raw",
      "commit_comment.inline_path",
      "commit_comment.inline_from",
      "commit_comment.inline_to",
      "commit_comment.inline_start_from",
      "commit_comment.inline_start_to",
      "commit_comment.is_deleted",
      "commit_comment.created_at as commented_at",
      "commit_comment.updated_at",
    ])
    .select(ACCOUNT_COLUMNS);
}

type Row = InferResult<ReturnType<typeof columnsOf>>[number];

function toComment(row: Row): CommitComment {
  return {
    id: row.id,
    repositoryUuid: row.repository_uuid as Uuid,
    commit: row.commit_id as ObjectId,
    author: toAccount(row),
    parentId: row.parent_id ?? undefined,
    raw: row.raw,
    inline: toInlineLocation(row),
    isDeleted: row.is_deleted === 1,
    createdAt: instant(row.commented_at),
    updatedAt: instant(row.updated_at),
  };
}

function toInlineLocation(row: Row): InlineLocation | undefined {
  if (row.inline_path === null) return undefined;
  return {
    path: row.inline_path,
    from: row.inline_from ?? undefined,
    to: row.inline_to ?? undefined,
    startFrom: row.inline_start_from ?? undefined,
    startTo: row.inline_start_to ?? undefined,
  };
}

/** @returns the comment with the id that the database gave it. */
export async function insertComment(
  db: Kysely<Schema>,
  comment: Omit<CommitComment, "id">,
): Promise<CommitComment> {
  const { inline } = comment;
  const { id } = await db
    .insertInto("commit_comment")
    .values({
      repository_uuid: comment.repositoryUuid,
      commit_id: comment.commit,
      account_uuid: comment.author.uuid,
      parent_id: comment.parentId ?? null,
      raw: comment.raw,
      inline_path: inline?.path ?? null,
      inline_from: inline?.from ?? null,
      inline_to: inline?.to ?? null,
      inline_start_from: inline?.startFrom ?? null,
      inline_start_to: inline?.startTo ?? null,
      is_deleted: flag(comment.isDeleted),
      created_at: comment.createdAt.getTime(),
      updated_at: comment.updatedAt.getTime(),
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
  return row && toComment(row);
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
  return { values: rows.map(toComment), size };
}

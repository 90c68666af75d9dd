import type { InferResult, Kysely, Updateable } from "kysely";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { SnippetComment } from "../../../model/snippet-comment.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { flag, instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { Schema } from "../schema.ts";

const FIELDS: FieldMap = {
  id: { column: "snippet_comment.id", type: "integer" },
  created_on: { column: "snippet_comment.created_at", type: "instant" },
  updated_on: { column: "snippet_comment.updated_at", type: "instant" },
  deleted: { column: "snippet_comment.is_deleted", type: "boolean" },
  "content.raw": { column: "snippet_comment.raw", type: "text" },
  "parent.id": { column: "snippet_comment.parent_id", type: "integer", nullable: true },
  "user.uuid": { column: "account.uuid", type: "uuid" },
  "user.account_id": { column: "account.account_id", type: "text" },
  "user.nickname": { column: "account.nickname", type: "text" },
  "user.display_name": { column: "account.display_name", type: "text" },
};

/** Comments on one snippet with their authors. */
function commentQuery(db: Kysely<Schema>, snippetUuid: Uuid) {
  return db
    .selectFrom("snippet_comment")
    .innerJoin("account", "account.uuid", "snippet_comment.account_uuid")
    .where("snippet_comment.snippet_uuid", "=", snippetUuid);
}

function columnsOf(query: ReturnType<typeof commentQuery>) {
  return query
    .select([
      "snippet_comment.id",
      "snippet_comment.snippet_uuid",
      "snippet_comment.raw",
      "snippet_comment.parent_id",
      "snippet_comment.is_deleted",
      "snippet_comment.created_at as commented_at",
      "snippet_comment.updated_at",
    ])
    .select(ACCOUNT_COLUMNS);
}

type Row = InferResult<ReturnType<typeof columnsOf>>[number];

function toSnippetComment(row: Row): SnippetComment {
  return {
    id: row.id,
    snippetUuid: row.snippet_uuid as Uuid,
    author: toAccount(row),
    parentId: row.parent_id ?? undefined,
    raw: row.raw,
    inline: undefined,
    isDeleted: row.is_deleted === 1,
    createdAt: instant(row.commented_at),
    updatedAt: instant(row.updated_at),
  };
}

/** @returns the comment with the id that the database gave it. */
export async function insertSnippetComment(
  db: Kysely<Schema>,
  comment: Omit<SnippetComment, "id">,
): Promise<SnippetComment> {
  const { id } = await db
    .insertInto("snippet_comment")
    .values({
      snippet_uuid: comment.snippetUuid,
      account_uuid: comment.author.uuid,
      raw: comment.raw,
      parent_id: comment.parentId ?? null,
      is_deleted: flag(comment.isDeleted),
      created_at: comment.createdAt.getTime(),
      updated_at: comment.updatedAt.getTime(),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...comment, id };
}

export async function findSnippetComment(
  db: Kysely<Schema>,
  snippetUuid: Uuid,
  id: number,
): Promise<SnippetComment | undefined> {
  const query = commentQuery(db, snippetUuid).where("snippet_comment.id", "=", id);
  const row = await columnsOf(query).executeTakeFirst();
  return row && toSnippetComment(row);
}

/** @returns false, with nothing changed, if the comment is deleted or not there. */
export async function updateSnippetComment(
  tx: Kysely<Schema>,
  id: number,
  { raw, isDeleted, updatedAt }: Partial<Pick<SnippetComment, "raw" | "isDeleted">> & { updatedAt: Date },
): Promise<boolean> {
  const columns: Updateable<Schema["snippet_comment"]> = {
    updated_at: updatedAt.getTime(),
    ...(raw === undefined ? {} : { raw }),
    ...(isDeleted === undefined ? {} : { is_deleted: flag(isDeleted) }),
  };
  const result = await tx
    .updateTable("snippet_comment")
    .set(columns)
    .where("id", "=", id)
    .where("is_deleted", "=", 0)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export type SnippetCommentListOptions = {
  readonly snippetUuid: Uuid;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** A page of a snippet's comments, deleted ones too, oldest first unless sorted. Two statements. */
export async function listSnippetComments(
  db: Kysely<Schema>,
  { snippetUuid, filter, sort, page, pagelen }: SnippetCommentListOptions,
): Promise<{ readonly values: readonly SnippetComment[]; readonly size: number }> {
  let listed = commentQuery(db, snippetUuid);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await columnsOf(sorted.orderBy("snippet_comment.id"))
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toSnippetComment), size };
}

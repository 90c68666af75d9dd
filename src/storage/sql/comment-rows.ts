import type { Selectable } from "kysely";
import type { Comment, InlineLocation } from "../../model/comment.ts";
import { type AccountColumns, toAccount } from "./accounts/accounts.ts";
import { flag, instant } from "./columns.ts";
import type { FieldMap } from "./compile-filter.ts";
import type { CommentRow } from "./schema/comments.ts";

/** The tables of comments, which have the same columns beside those of what they are on. */
type CommentTable = "commit_comment" | "pull_request_comment";

/** The fields by which lists of comments are filtered and sorted, joined with the account of each. */
export function commentFields(table: CommentTable): FieldMap {
  return {
    id: { column: `${table}.id`, type: "integer" },
    created_on: { column: `${table}.created_at`, type: "instant" },
    updated_on: { column: `${table}.updated_at`, type: "instant" },
    deleted: { column: `${table}.is_deleted`, type: "boolean" },
    "content.raw": { column: `${table}.raw`, type: "text" },
    "parent.id": { column: `${table}.parent_id`, type: "integer", nullable: true },
    "inline.path": { column: `${table}.inline_path`, type: "text", nullable: true },
    "user.uuid": { column: "account.uuid", type: "uuid" },
    "user.account_id": { column: "account.account_id", type: "text" },
    "user.nickname": { column: "account.nickname", type: "text" },
    "user.display_name": { column: "account.display_name", type: "text" },
  };
}

/** What `toComment` needs, beside the columns of the account. */
export function commentColumns<Table extends CommentTable>(table: Table) {
  return [
    `${table}.id`,
    `${table}.parent_id`,
    `${table}.raw`,
    `${table}.inline_path`,
    `${table}.inline_from`,
    `${table}.inline_to`,
    `${table}.inline_start_from`,
    `${table}.inline_start_to`,
    `${table}.is_deleted`,
    `${table}.created_at as commented_at`,
    `${table}.updated_at`,
  ] as const;
}

type Columns = Omit<Selectable<CommentRow>, "account_uuid" | "created_at"> & {
  readonly commented_at: number;
};

export function toComment(row: Columns & AccountColumns): Comment {
  return {
    id: row.id,
    author: toAccount(row),
    parentId: row.parent_id ?? undefined,
    raw: row.raw,
    inline: toInlineLocation(row),
    isDeleted: row.is_deleted === 1,
    createdAt: instant(row.commented_at),
    updatedAt: instant(row.updated_at),
  };
}

type InlineColumns = Pick<
  Selectable<CommentRow>,
  "inline_path" | "inline_from" | "inline_to" | "inline_start_from" | "inline_start_to"
>;

export function toInlineLocation(row: InlineColumns): InlineLocation | undefined {
  if (row.inline_path === null) return undefined;
  return {
    path: row.inline_path,
    from: row.inline_from ?? undefined,
    to: row.inline_to ?? undefined,
    startFrom: row.inline_start_from ?? undefined,
    startTo: row.inline_start_to ?? undefined,
  };
}

/** The values of a new row, beside those of what the comment is on. */
export function toCommentRow({ inline, ...comment }: Omit<Comment, "id">) {
  return {
    account_uuid: comment.author.uuid,
    parent_id: comment.parentId ?? null,
    raw: comment.raw,
    ...toInlineRow(inline),
    is_deleted: flag(comment.isDeleted),
    created_at: comment.createdAt.getTime(),
    updated_at: comment.updatedAt.getTime(),
  };
}

export function toInlineRow(inline: InlineLocation | undefined) {
  return {
    inline_path: inline?.path ?? null,
    inline_from: inline?.from ?? null,
    inline_to: inline?.to ?? null,
    inline_start_from: inline?.startFrom ?? null,
    inline_start_to: inline?.startTo ?? null,
  };
}

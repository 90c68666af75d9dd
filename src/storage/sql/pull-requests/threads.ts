import { type Kysely, type SqlBool, sql } from "kysely";
import type { PullRequestKey } from "../../../model/pull-request.ts";
import type { PullRequestComment } from "../../../model/pull-request-comment.ts";
import type { Schema } from "../schema.ts";
import {
  type CommentReader,
  commentColumnsOf,
  commentQuery,
  commentsFor,
  toPullRequestComment,
} from "./comments.ts";

/** A comment that is no reply, and what was answered, oldest first. */
export type CommentThread = {
  readonly root: PullRequestComment;
  readonly replies: readonly PullRequestComment[];
};

/** On lines and files of the diff as it is now, on lines that have changed since, or on the pull request as a whole. */
export type ThreadPlace = "diff" | "outdated" | "whole";

export type ThreadListOptions = {
  readonly reader: CommentReader;
  readonly place: ThreadPlace;
  /** Undefined: on any file. */
  readonly path?: string | undefined;
  /** Threads, and replies of all of them together. */
  readonly limit: number;
  readonly repliesMax: number;
};

/**
 * Threads: those that nobody has resolved before the others, the newest ones first; `size` counts all. Of a
 * deleted comment there is a thread only while there are replies. Three statements.
 */
export async function listThreads(
  db: Kysely<Schema>,
  pullRequest: PullRequestKey,
  { reader, place, path, limit, repliesMax }: ThreadListOptions,
): Promise<{ readonly threads: readonly CommentThread[]; readonly size: number }> {
  let listed = commentsFor(db, pullRequest, reader)
    .where("pull_request_comment.parent_id", "is", null)
    .where("pull_request_comment.inline_path", place === "whole" ? "is" : "is not", null)
    .where("pull_request_comment.is_outdated", "=", place === "outdated" ? 1 : 0)
    .where(
      sql<SqlBool>`(pull_request_comment.is_deleted = 0 or exists (
        select 1 from pull_request_comment as reply where reply.parent_id = pull_request_comment.id))`,
    );
  if (path !== undefined) listed = listed.where("pull_request_comment.inline_path", "=", path);
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const rows = await commentColumnsOf(listed)
    .orderBy(sql`case when pull_request_comment.resolved_at is null then 0 else 1 end`)
    .orderBy("pull_request_comment.id", "desc")
    .limit(limit)
    .execute();
  const roots = rows.map(toPullRequestComment);
  const replies = await listReplies(db, roots, reader, repliesMax);
  return {
    threads: roots.map((root) => ({ root, replies: replies.get(root.id) ?? [] })),
    size: Number(size),
  };
}

/** By the id of the comment that each thread begins with. Replies to replies are among them. */
async function listReplies(
  db: Kysely<Schema>,
  roots: readonly PullRequestComment[],
  reader: CommentReader,
  limit: number,
): Promise<ReadonlyMap<number, readonly PullRequestComment[]>> {
  const found = new Map<number, PullRequestComment[]>();
  if (roots.length === 0) return found;
  const ids = roots.map(({ id }) => id);
  const { rows } = await sql<{ readonly id: number; readonly root_id: number }>`
    with recursive thread (id, root_id) as (
      select id, id from pull_request_comment where id in (${sql.join(ids)})
      union all
      select reply.id, thread.root_id from pull_request_comment as reply
      inner join thread on reply.parent_id = thread.id
    )
    select id, root_id from thread where id <> root_id order by id limit ${limit}`.execute(db);
  if (rows.length === 0) return found;
  const rootOf = new Map(rows.map(({ id, root_id }) => [id, root_id]));
  const comments = await commentColumnsOf(commentQuery(db))
    .where("pull_request_comment.id", "in", [...rootOf.keys()])
    .where(
      sql<SqlBool>`(pull_request_comment.is_pending = 0 or pull_request_comment.account_uuid = ${reader ?? ""})`,
    )
    .where("pull_request_comment.is_deleted", "=", 0)
    .orderBy("pull_request_comment.id")
    .execute();
  for (const row of comments) {
    const comment = toPullRequestComment(row);
    const root = rootOf.get(comment.id)!;
    found.set(root, [...(found.get(root) ?? []), comment]);
  }
  return found;
}

import type { Kysely } from "kysely";
import type { InlineLocation } from "../../../model/comment.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { PullRequestKey } from "../../../model/pull-request.ts";
import type { CommentAnchor } from "../../../model/pull-request-comment.ts";
import { chunks } from "../chunks.ts";
import { toInlineLocation, toInlineRow } from "../comment-rows.ts";
import type { Schema } from "../schema.ts";
import { toAnchor, toAnchorRow } from "./comments.ts";

export type AnchoredComment = {
  readonly id: number;
  readonly inline: InlineLocation;
  readonly anchor: CommentAnchor;
};

/** The two sides that inline comments of a pull request should be of now. */
export type PullRequestSides = {
  readonly source: ObjectId;
  readonly destination: ObjectId | undefined;
};

/** The inline comments that are of other sides and not outdated, those with the smallest ids first. */
export async function listStrayComments(
  db: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  { source, destination }: PullRequestSides,
  limit: number,
): Promise<readonly AnchoredComment[]> {
  const rows = await db
    .selectFrom("pull_request_comment")
    .select([
      "id",
      "inline_path",
      "inline_from",
      "inline_to",
      "inline_start_from",
      "inline_start_to",
      "source_commit",
      "destination_commit",
      "base_commit",
      "is_outdated",
    ])
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .where("inline_path", "is not", null)
    .where("is_outdated", "=", 0)
    .where((eb) =>
      eb.or([
        eb("source_commit", "!=", source),
        // Without a destination its lines can only stay where they are.
        ...(destination === undefined
          ? []
          : [eb.and([eb("base_commit", "is not", null), eb("destination_commit", "!=", destination)])]),
      ]),
    )
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.flatMap((row) => {
    const inline = toInlineLocation(row);
    const anchor = toAnchor(row);
    return inline === undefined || anchor === undefined ? [] : [{ id: row.id, inline, anchor }];
  });
}

/** Where an inline comment is now. */
export type MovedComment = {
  readonly id: number;
  /** Undefined: where it was. */
  readonly inline: InlineLocation | undefined;
  readonly anchor: CommentAnchor;
};

/** Ids in one statement. */
const IDS_PER_STATEMENT = 1000;

/**
 * Writes where comments are now that were of `from`. What somebody else has moved meanwhile is left alone. Those that are
 * where they were are written together.
 */
export async function moveComments(
  tx: Kysely<Schema>,
  from: CommentAnchor,
  moved: readonly MovedComment[],
): Promise<void> {
  for (const group of Map.groupBy(moved, ({ inline, anchor }) => JSON.stringify([inline, anchor])).values()) {
    const { inline, anchor } = group[0]!;
    const ids = group.map(({ id }) => id);
    for (const some of chunks(ids, IDS_PER_STATEMENT))
      await tx
        .updateTable("pull_request_comment")
        .set({ ...(inline === undefined ? {} : toInlineRow(inline)), ...toAnchorRow(anchor) })
        .where("id", "in", some)
        .where("source_commit", "=", from.source)
        .where("is_outdated", "=", 0)
        .execute();
  }
}

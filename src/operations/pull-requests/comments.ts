import type { Kysely } from "kysely";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { NewComment } from "../../model/comment.ts";
import { parseCommentId, unknownComment } from "../../model/comment-id.ts";
import { Failure } from "../../model/failure.ts";
import type { PullRequest, PullRequestKey } from "../../model/pull-request.ts";
import type { PullRequestComment } from "../../model/pull-request-comment.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import { accountOf, requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { findPermission } from "../../storage/sql/permissions/permissions.ts";
import { insertActivity } from "../../storage/sql/pull-requests/activity.ts";
import {
  findComment,
  insertComment,
  markCommentDeleted,
  updateComment,
} from "../../storage/sql/pull-requests/comments.ts";
import { listParticipants, setParticipant } from "../../storage/sql/pull-requests/participants.ts";
import { updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { anchorComment } from "./anchor-comment.ts";
import { type FollowPorts, followComments } from "./follow-comments.ts";
import { recordCommentEvent } from "./record-comment-event.ts";
import { getLockedPullRequest } from "./whole-pull-request.ts";

type WritePorts = Pick<Ports, "clock">;

/** A pull request of `repository`, which a comment is on. */
export type CommentPlace = { readonly repository: Repository; readonly pullRequest: PullRequest };

/**
 * Writes a comment in the caller's name. A reply is where its parent is.
 *
 * @throws Failure invalid-input if the parent is no comment on this pull request that the caller sees.
 */
export async function createComment(
  ports: WritePorts & FollowPorts,
  by: By,
  { repository, pullRequest }: CommentPlace,
  { raw, inline, parentId, isPending }: NewComment & { readonly isPending: boolean },
  takeSlot: TakeSlot,
): Promise<PullRequestComment> {
  await followComments(ports, by, pullRequest, takeSlot);
  const isPlaced = inline !== undefined && parentId === undefined;
  const anchor = isPlaced ? await anchorComment(ports, by, pullRequest, inline, takeSlot) : undefined;
  const author = requireAccount(by.caller);
  return by.transaction(async (tx, record) => {
    const before = await getLockedPullRequest(tx, pullRequest);
    const parent = parentId === undefined ? undefined : await findComment(tx, before, parentId, author.uuid);
    // Recorded text: contract, pull-requests.md §8.
    if (parentId !== undefined && parent === undefined)
      throw new Failure("invalid-input", "Invalid parent ID");
    const now = ports.clock();
    const comment = await insertComment(tx, {
      repositoryUuid: before.repositoryUuid,
      pullRequestId: before.id,
      author,
      parentId,
      raw,
      inline: parent === undefined ? inline : parent.inline,
      anchor: parent === undefined ? anchor : parent.anchor,
      isPending,
      isDeleted: false,
      createdAt: now,
      updatedAt: now,
    });
    if (!isPending) await publish(tx, record, repository, before, comment, now);
    return comment;
  });
}

/** What a comment that others see adds to its pull request. */
async function publish(
  tx: Kysely<Schema>,
  record: Recorder,
  repository: Repository,
  before: PullRequest,
  comment: PullRequestComment,
  at: Date,
): Promise<void> {
  const { uuid } = comment.author;
  await updatePullRequest(tx, before, { commentCount: before.commentCount + 1, updatedAt: at });
  const own = (await listParticipants(tx, before)).find(({ account }) => account.uuid === uuid);
  // Documented: of those who have approved it is the time of the approval.
  await setParticipant(tx, before, uuid, own?.state === undefined ? { participatedAt: at } : {});
  await insertActivity(tx, before, { kind: "comment", accountUuid: uuid, at, commentId: comment.id });
  recordCommentEvent(record, repository, "pullrequest:comment_created", comment);
}

/** @throws Failure not-found if there is no such comment, or the caller does not see it. Deleted ones are found. */
export async function getComment(
  { database }: Pick<Ports, "database">,
  { caller }: Pick<By, "caller">,
  pullRequest: PullRequestKey,
  idText: string,
): Promise<PullRequestComment> {
  return getCommentIn(database.kysely, accountOf(caller)?.uuid, pullRequest, idText);
}

export async function getCommentIn(
  db: Kysely<Schema>,
  reader: Uuid | undefined,
  pullRequest: PullRequestKey,
  idText: string,
): Promise<PullRequestComment> {
  const id = parseCommentId(idText);
  const comment = id === undefined ? undefined : await findComment(db, pullRequest, id, reader);
  if (comment === undefined) throw unknownComment(idText);
  return comment;
}

/** Undefined: it stays as it is. */
export type CommentEdit = { readonly raw: string | undefined; readonly isPublished: boolean };

/** @throws Failure not-found, also if it is deleted; permission-missing if it is not the caller's own. */
export async function editComment(
  ports: WritePorts,
  by: By,
  { repository, pullRequest }: CommentPlace,
  idText: string,
  { raw, isPublished }: CommentEdit,
): Promise<PullRequestComment> {
  const { uuid } = requireAccount(by.caller);
  return by.transaction(async (tx, record) => {
    const before = await getLockedPullRequest(tx, pullRequest);
    const comment = await getCommentIn(tx, uuid, before, idText);
    if (comment.author.uuid !== uuid) throw notYours("change", comment);
    if (comment.isDeleted) throw unknownComment(idText);
    const updatedAt = ports.clock();
    const isPublishedNow = comment.isPending && isPublished;
    const changed = {
      ...comment,
      raw: raw ?? comment.raw,
      isPending: comment.isPending && !isPublished,
      updatedAt,
    };
    await updateComment(tx, comment.id, {
      raw: changed.raw,
      updatedAt,
      ...(isPublishedNow ? { isPending: false } : {}),
    });
    if (isPublishedNow) await publish(tx, record, repository, before, changed, updatedAt);
    else if (!changed.isPending) {
      await updatePullRequest(tx, before, { updatedAt });
      recordCommentEvent(record, repository, "pullrequest:comment_updated", changed);
    }
    return changed;
  });
}

/**
 * Clears the text of a comment and marks it deleted. It stays in lists, so that replies still have their parent.
 *
 * @throws Failure not-found, also if it is deleted; permission-missing for those who neither wrote it nor administer the
 * repository.
 */
export async function deleteComment(
  ports: WritePorts,
  by: By,
  { repository, pullRequest }: CommentPlace,
  idText: string,
): Promise<void> {
  const { uuid } = requireAccount(by.caller);
  await by.transaction(async (tx, record) => {
    const before = await getLockedPullRequest(tx, pullRequest);
    const comment = await getCommentIn(tx, uuid, before, idText);
    if (comment.isDeleted) throw unknownComment(idText);
    if (comment.author.uuid !== uuid && (await findPermission(tx, repository.uuid, uuid)) !== "admin")
      throw notYours("delete", comment);
    const updatedAt = ports.clock();
    await markCommentDeleted(tx, comment.id, updatedAt);
    if (comment.isPending) return;
    await updatePullRequest(tx, before, { commentCount: before.commentCount - 1, updatedAt });
    const deleted = { ...comment, raw: "", isDeleted: true, updatedAt };
    recordCommentEvent(record, repository, "pullrequest:comment_deleted", deleted);
  });
}

function notYours(action: "change" | "delete", { id }: PullRequestComment): Failure {
  return new Failure("permission-missing", `Cannot ${action} comment ${id}: it is somebody else's`);
}

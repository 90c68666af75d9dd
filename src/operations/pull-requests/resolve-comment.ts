import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { PullRequestComment, Resolution } from "../../model/pull-request-comment.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { setCommentResolution } from "../../storage/sql/pull-requests/comments.ts";
import { updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { type CommentPlace, getCommentIn } from "./comments.ts";
import { recordCommentEvent } from "./record-comment-event.ts";
import { getLockedPullRequest } from "./whole-pull-request.ts";

/**
 * Resolves a thread.
 *
 * @throws Failure not-found; permission-missing unless it is the first comment of a thread on the diff; conflict if it is
 * resolved.
 */
export async function resolveComment(
  ports: Pick<Ports, "clock">,
  by: By,
  { repository, pullRequest }: CommentPlace,
  idText: string,
): Promise<Resolution> {
  return by.transaction(async (tx, record) => {
    const { before, comment } = await getThread(tx, by, pullRequest, idText);
    if (comment.resolution !== undefined)
      throw new Failure("conflict", `Cannot resolve comment ${comment.id}: it is resolved`);
    const [account, at] = [requireAccount(by.caller), ports.clock()];
    await setCommentResolution(tx, comment.id, { byUuid: account.uuid, at });
    await updatePullRequest(tx, before, { updatedAt: at });
    const resolution = { by: account, at };
    recordCommentEvent(record, repository, "pullrequest:comment_resolved", { ...comment, resolution });
    return resolution;
  });
}

/** @throws Failure not-found, also if it is not resolved; permission-missing as `resolveComment`. */
export async function reopenComment(
  ports: Pick<Ports, "clock">,
  by: By,
  { repository, pullRequest }: CommentPlace,
  idText: string,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    const { before, comment } = await getThread(tx, by, pullRequest, idText);
    if (comment.resolution === undefined)
      throw new Failure("not-found", `Cannot reopen comment ${comment.id}: it is not resolved`);
    await setCommentResolution(tx, comment.id, undefined);
    await updatePullRequest(tx, before, { updatedAt: ports.clock() });
    const reopened = { ...comment, resolution: undefined };
    recordCommentEvent(record, repository, "pullrequest:comment_reopened", reopened);
  });
}

/** Documented: a reply and a comment that is not on the diff cannot be resolved. Contract, pull-requests.md §8. */
async function getThread(
  tx: Kysely<Schema>,
  { caller }: Pick<By, "caller">,
  pullRequest: PullRequest,
  idText: string,
): Promise<{ readonly before: PullRequest; readonly comment: PullRequestComment }> {
  const before = await getLockedPullRequest(tx, pullRequest);
  const comment = await getCommentIn(tx, requireAccount(caller).uuid, before, idText);
  const problem =
    comment.parentId !== undefined
      ? "it is a reply"
      : comment.inline === undefined
        ? "it is not on the diff"
        : comment.isPending
          ? "it is not published"
          : undefined;
  if (problem !== undefined)
    throw new Failure("permission-missing", `Cannot resolve or reopen comment ${comment.id}: ${problem}`);
  return { before, comment };
}

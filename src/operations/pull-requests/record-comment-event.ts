import type { OutboxEvent } from "../../model/event.ts";
import { type PullRequestComment, pullRequestOf } from "../../model/pull-request-comment.ts";
import type { EventSubject, Recorder } from "../../storage/sql/write-transaction.ts";
import { getWholePullRequest } from "./whole-pull-request.ts";

export type CommentEventKind = Extract<OutboxEvent["kind"], `pullrequest:comment_${string}`>;

/** For webhooks: the comment, and its pull request as it is at the end of the transaction. */
export function recordCommentEvent(
  record: Recorder,
  repository: EventSubject,
  kind: CommentEventKind,
  comment: PullRequestComment,
): void {
  record.eventToRead(repository, kind, async (tx) => ({
    kind,
    repositoryUuid: comment.repositoryUuid,
    ...(await getWholePullRequest(tx, pullRequestOf(comment))),
    comment,
  }));
}

import type { PullRequest } from "../model/pull-request.ts";
import type { PullRequestTask } from "../model/pull-request-task.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { representRendered } from "./markdown/rendered.ts";
import { type PullRequestCommentContext, representCommentReference } from "./pull-request-comment.ts";
import { pullRequestApiUrl, pullRequestHtmlUrl } from "./pull-request-links.ts";

export function taskApiUrl(id: number, pullRequest: PullRequest, baseUrls: BaseUrls): string {
  return `${pullRequestApiUrl(pullRequest, baseUrls)}/tasks/${id}`;
}

/** Recorded: without a `type`. Contract, pull-requests.md §2.6. */
export function representTask(task: PullRequestTask, context: PullRequestCommentContext) {
  const { pullRequest, baseUrls, messages } = context;
  const { id, resolution, commentId } = task;
  return {
    id,
    state: resolution === undefined ? "UNRESOLVED" : "RESOLVED",
    content: representRendered(task.raw, messages),
    creator: representEmbeddedAccount(task.creator, baseUrls),
    created_on: representInstant(task.createdAt),
    updated_on: representInstant(task.updatedAt),
    resolved_on: resolution === undefined ? null : representInstant(resolution.at),
    resolved_by: resolution?.by === undefined ? null : representEmbeddedAccount(resolution.by, baseUrls),
    pending: task.isPending,
    ...(commentId === undefined ? {} : { comment: representCommentReference(commentId, context) }),
    links: {
      self: { href: taskApiUrl(id, pullRequest, baseUrls) },
      html: { href: `${pullRequestHtmlUrl(pullRequest, baseUrls)}/_/diff#task-${id}` },
    },
  };
}

import type { PullRequest } from "../../../../model/pull-request.ts";
import type { PullRequestComment } from "../../../../model/pull-request-comment.ts";
import type { BaseUrls } from "../../../../representations/links.ts";
import { prepareMessages } from "../../../../representations/markdown/rendered-messages.ts";
import { representPullRequestComment } from "../../../../representations/pull-request-comment.ts";

/** Comments of one pull request as answers show them. */
export async function showComments(
  comments: readonly PullRequestComment[],
  pullRequest: PullRequest,
  baseUrls: BaseUrls,
) {
  const messages = await prepareMessages(
    comments.map(({ raw }) => raw),
    { repositoryUuid: pullRequest.repositoryUuid },
  );
  return comments.map((comment) => representPullRequestComment(comment, { pullRequest, baseUrls, messages }));
}

export async function showComment(comment: PullRequestComment, pullRequest: PullRequest, baseUrls: BaseUrls) {
  const [shown] = await showComments([comment], pullRequest, baseUrls);
  return shown!;
}

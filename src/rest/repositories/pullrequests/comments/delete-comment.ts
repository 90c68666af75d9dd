import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { noContentAnswer } from "../../../../http/server/answer.ts";
import { deleteComment } from "../../../../operations/pull-requests/comments.ts";

/** Deletes one's own comment; administrators of the repository delete anybody's (our choice). */
export const deletePullRequestCommentRoute: PullRequestAccountRoute = {
  subject: "pull-request",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/comments/{comment_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  access: "account",
  async handle(ports, { by, repository, pullRequest, params }) {
    await deleteComment(ports, by, { repository, pullRequest }, params.comment_id!);
    return noContentAnswer();
  },
};

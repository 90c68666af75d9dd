import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { noContentAnswer } from "../../../../http/server/answer.ts";
import { reopenComment } from "../../../../operations/pull-requests/resolve-comment.ts";

export const reopenPullRequestCommentRoute: PullRequestAccountRoute = {
  subject: "pull-request",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/comments/{comment_id}/resolve",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  access: "account",
  async handle(ports, { by, repository, pullRequest, params }) {
    await reopenComment(ports, by, { repository, pullRequest }, params.comment_id!);
    return noContentAnswer();
  },
};

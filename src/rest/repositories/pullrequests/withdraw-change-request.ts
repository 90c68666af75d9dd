import type { PullRequestAccountRoute } from "../../../http/routes/subjects/pull-request.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { takeBackReview } from "../../../operations/pull-requests/review-pull-request.ts";

export const withdrawChangeRequestRoute: PullRequestAccountRoute = {
  subject: "pull-request",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/request-changes",
  apiTokenScopes: ["write:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest:write"],
  permission: "read",
  access: "account",
  async handle(ports, { by, repository, pullRequest }) {
    await takeBackReview(ports, by, repository, pullRequest, "changes_requested");
    return noContentAnswer();
  },
};

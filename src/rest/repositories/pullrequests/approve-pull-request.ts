import type { PullRequestAccountRoute } from "../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { reviewPullRequest } from "../../../operations/pull-requests/review-pull-request.ts";
import { representPullRequestParticipant } from "../../../representations/pull-request.ts";

export const approvePullRequestRoute: PullRequestAccountRoute = {
  subject: "pull-request",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/approve",
  successStatuses: [200],
  apiTokenScopes: ["read:pullrequest:bitbucket", "write:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest:write"],
  permission: "read",
  access: "account",
  async handle(ports, { by, repository, pullRequest, baseUrls }) {
    const participant = await reviewPullRequest(ports, by, repository, pullRequest, "approved");
    return jsonAnswer(200, representPullRequestParticipant(participant, baseUrls));
  },
};

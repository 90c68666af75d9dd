import type { PullRequestRoute } from "../../../http/routes/subjects/pull-request.ts";
import { followComments } from "../../../operations/pull-requests/follow-comments.ts";
import { answerActivity } from "./answer-activity.ts";

export const listPullRequestActivityRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/activity",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  async handle(ports, request) {
    const { by, pullRequest, takeSlot } = request;
    await followComments(ports, by, pullRequest, takeSlot);
    return answerActivity(ports, request, pullRequest.id);
  },
};

import type { PullRequestRoute } from "../../../http/routes/subjects/pull-request.ts";
import { answerActivity } from "./answer-activity.ts";

export const listPullRequestActivityRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/activity",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  handle: (ports, request) => answerActivity(ports, request, request.pullRequest.id),
};

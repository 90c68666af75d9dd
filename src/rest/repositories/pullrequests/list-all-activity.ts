import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { answerActivity } from "./answer-activity.ts";

/** Of all pull requests of the repository. */
export const listAllActivityRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/activity",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  handle: (ports, request) => answerActivity(ports, request, undefined),
};

import type { PullRequestRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { answerProperty, PROPERTY_PATH, whereOf } from "../../../property-body.ts";

export const getPullRequestPropertyRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: `/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}${PROPERTY_PATH}`,
  apiTokenScopes: ["admin:workspace:bitbucket", "read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  readsFilter: true,
  async handle(ports, request) {
    const { repository, pullRequest } = request;
    return answerProperty(ports, request, {
      kind: "pull-request",
      ...whereOf(repository),
      id: pullRequest.id,
    });
  },
};

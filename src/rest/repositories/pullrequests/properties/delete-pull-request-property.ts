import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { dropProperty, PROPERTY_PATH, whereOf } from "../../../property-body.ts";

export const deletePullRequestPropertyRoute: PullRequestAccountRoute = {
  subject: "pull-request",
  method: "DELETE",
  path: `/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}${PROPERTY_PATH}`,
  apiTokenScopes: [],
  oauthScopes: [],
  permission: "read",
  credentialKinds: ["app"],
  access: "account",
  async handle(_ports, request) {
    const { repository, pullRequest } = request;
    return dropProperty(request, { kind: "pull-request", ...whereOf(repository), id: pullRequest.id });
  },
};

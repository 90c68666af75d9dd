import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { PROPERTY_PATH, PropertyBody, storeProperty, whereOf } from "../../../property-body.ts";

export const putPullRequestPropertyRoute: PullRequestAccountRoute<typeof PropertyBody> = {
  subject: "pull-request",
  method: "PUT",
  path: `/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}${PROPERTY_PATH}`,
  successStatuses: [204],
  apiTokenScopes: [],
  oauthScopes: [],
  permission: "read",
  credentialKinds: ["app"],
  access: "account",
  body: PropertyBody,
  async handle(ports, request) {
    const { repository, pullRequest } = request;
    return storeProperty(ports, request, {
      kind: "pull-request",
      ...whereOf(repository),
      id: pullRequest.id,
    });
  },
};

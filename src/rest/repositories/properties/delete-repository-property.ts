import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { dropProperty, PROPERTY_PATH, whereOf } from "../../property-body.ts";

export const deleteRepositoryPropertyRoute: RepositoryAccountRoute = {
  subject: "repository",
  method: "DELETE",
  path: `/2.0/repositories/{workspace}/{repo_slug}${PROPERTY_PATH}`,
  apiTokenScopes: [],
  oauthScopes: [],
  permission: "read",
  credentialKinds: ["app"],
  access: "account",
  async handle(_ports, request) {
    const { repository } = request;
    return dropProperty(request, { kind: "repository", ...whereOf(repository) });
  },
};

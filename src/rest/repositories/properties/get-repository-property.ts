import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { answerProperty, PROPERTY_PATH, whereOf } from "../../property-body.ts";

export const getRepositoryPropertyRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: `/2.0/repositories/{workspace}/{repo_slug}${PROPERTY_PATH}`,
  apiTokenScopes: ["admin:workspace:bitbucket", "read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  readsFilter: true,
  async handle(ports, request) {
    const { repository } = request;
    return answerProperty(ports, request, { kind: "repository", ...whereOf(repository) });
  },
};

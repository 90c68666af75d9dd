import type { RepositoryAccountRoute } from "../../../../http/routes/subjects/repository.ts";
import { getCommit } from "../../../../operations/commits/commits.ts";
import { dropProperty, PROPERTY_PATH, whereOf } from "../../../property-body.ts";

export const deleteCommitPropertyRoute: RepositoryAccountRoute = {
  subject: "repository",
  method: "DELETE",
  path: `/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}${PROPERTY_PATH}`,
  apiTokenScopes: [],
  oauthScopes: [],
  permission: "read",
  credentialKinds: ["app"],
  access: "account",
  async handle(ports, request) {
    const { repository } = request;
    const { id: commit } = await getCommit(ports, repository, request.params.commit!);
    return dropProperty(request, { kind: "commit", ...whereOf(repository), commit });
  },
};

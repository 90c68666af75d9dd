import type { RepositoryAccountRoute } from "../../../../http/routes/subjects/repository.ts";
import { getCommit } from "../../../../operations/commits/commits.ts";
import { PROPERTY_PATH, PropertyBody, storeProperty, whereOf } from "../../../property-body.ts";

export const putCommitPropertyRoute: RepositoryAccountRoute<typeof PropertyBody> = {
  subject: "repository",
  method: "PUT",
  path: `/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}${PROPERTY_PATH}`,
  successStatuses: [204],
  apiTokenScopes: [],
  oauthScopes: [],
  permission: "read",
  credentialKinds: ["app"],
  access: "account",
  body: PropertyBody,
  async handle(ports, request) {
    const { repository } = request;
    const { id: commit } = await getCommit(ports, repository, request.params.commit!);
    return storeProperty(ports, request, { kind: "commit", ...whereOf(repository), commit });
  },
};

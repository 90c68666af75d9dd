import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { getCommit } from "../../../../operations/commits/commits.ts";
import { answerProperty, PROPERTY_PATH, whereOf } from "../../../property-body.ts";

export const getCommitPropertyRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: `/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}${PROPERTY_PATH}`,
  apiTokenScopes: ["admin:workspace:bitbucket", "read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  readsFilter: true,
  async handle(ports, request) {
    const { repository } = request;
    const { id: commit } = await getCommit(ports, repository, request.params.commit!);
    return answerProperty(ports, request, { kind: "commit", ...whereOf(repository), commit });
  },
};

import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { getEnvironment, removeEnvironment } from "../../../operations/deployments/environments.ts";

export const deleteEnvironmentRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/environments/{environment_uuid}",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "admin",
  async handle(ports, { by, repository, params }) {
    await removeEnvironment(
      by,
      repository,
      await getEnvironment(ports, repository, params.environment_uuid!),
    );
    return noContentAnswer();
  },
};

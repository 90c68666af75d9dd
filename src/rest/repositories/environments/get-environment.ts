import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getEnvironment } from "../../../operations/deployments/environments.ts";
import { representEnvironment } from "../../../representations/deployment-environment.ts";

export const getEnvironmentRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/environments/{environment_uuid}",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params }) {
    const environment = await getEnvironment(ports, repository, params.environment_uuid!);
    return jsonAnswer(200, representEnvironment(environment));
  },
};

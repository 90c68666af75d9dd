import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getDeployment } from "../../../operations/deployments/deployments.ts";
import { representDeployment } from "../../../representations/deployment.ts";

export const getDeploymentRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/deployments/{deployment_uuid}",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params, baseUrls }) {
    const deployment = await getDeployment(ports, repository, params.deployment_uuid!);
    return jsonAnswer(200, representDeployment(deployment, repository, baseUrls));
  },
};

import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { createEnvironment } from "../../../operations/deployments/environments.ts";
import { environmentApiUrl, representEnvironment } from "../../../representations/deployment-environment.ts";
import { EnvironmentBody, parseEnvironmentBody } from "./environment-body.ts";

export const createEnvironmentRoute: RepositoryRoute<typeof EnvironmentBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/environments",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "admin",
  body: EnvironmentBody,
  async handle(ports, { by, repository, body, baseUrls }) {
    const environment = await createEnvironment(ports, by, repository, parseEnvironmentBody(body));
    const location = environmentApiUrl(baseUrls, repository, environment);
    return jsonAnswer(201, representEnvironment(environment), { location });
  },
};

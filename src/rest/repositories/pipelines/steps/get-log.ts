import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { getStep } from "../../../../operations/pipelines/get-pipeline.ts";
import { logAnswer } from "./log-answer.ts";

/** What a step has logged so far. */
export const getLogRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/log",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  successStatuses: [200, 206, 304],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, params, headers, method }) {
    const names = { pipeline: params.pipeline_uuid!, step: params.step_uuid! };
    const { step } = await getStep(ports, repository, names);
    return logAnswer(ports, step, { headers, method });
  },
};

import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getStep } from "../../../../operations/pipelines/get-pipeline.ts";
import { representStep } from "../../../../representations/pipeline-step.ts";

export const getStepRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params }) {
    const names = { pipeline: params.pipeline_uuid!, step: params.step_uuid! };
    return jsonAnswer(200, representStep((await getStep(ports, repository, names)).step));
  },
};

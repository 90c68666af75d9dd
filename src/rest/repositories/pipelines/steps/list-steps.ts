import { representPage } from "../../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getPipeline } from "../../../../operations/pipelines/get-pipeline.ts";
import { STEPS_MAX } from "../../../../operations/pipelines/parse-definition.ts";
import { representStep } from "../../../../representations/pipeline-step.ts";
import { listSteps } from "../../../../storage/sql/pipelines/steps.ts";

/** All of them in one page, in the order of the file. */
export const listStepsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params, url }) {
    const pipeline = await getPipeline(ports, repository, params.pipeline_uuid!);
    const steps = await listSteps(ports.database.kysely, pipeline.uuid);
    const page = { page: 1, pagelen: STEPS_MAX, size: steps.length, values: steps.map(representStep) };
    return jsonAnswer(200, representPage(page, url));
  },
};

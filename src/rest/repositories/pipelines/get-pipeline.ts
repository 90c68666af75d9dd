import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getPipeline } from "../../../operations/pipelines/get-pipeline.ts";
import { representPipeline } from "../../../representations/pipeline.ts";

/** By its UUID or its build number, as everywhere below it. */
export const getPipelineRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params, baseUrls }) {
    const pipeline = await getPipeline(ports, repository, params.pipeline_uuid!);
    return jsonAnswer(200, representPipeline(pipeline, { repository, baseUrls }));
  },
};

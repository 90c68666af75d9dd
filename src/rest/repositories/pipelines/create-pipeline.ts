import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { runPipeline } from "../../../operations/pipelines/run-pipeline.ts";
import { representNewPipeline } from "../../../representations/pipeline.ts";
import { pipelineLocation } from "../../../representations/pipeline-links.ts";
import { PipelineBody, parseRunVariables, parseWantedTarget } from "./pipeline-body.ts";

/** Creates a pipeline, which stays pending: nothing runs it. */
export const createPipelineRoute: RepositoryAccountRoute<typeof PipelineBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines",
  apiTokenScopes: ["read:pipeline:bitbucket", "write:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "write",
  access: "account",
  body: PipelineBody,
  async handle(ports, { by, repository, body, baseUrls }) {
    const request = { target: parseWantedTarget(body), variables: parseRunVariables(body) };
    const pipeline = await runPipeline(ports, by, repository, request);
    return jsonAnswer(201, representNewPipeline(pipeline, { repository, baseUrls }), {
      location: pipelineLocation(baseUrls, repository, pipeline),
    });
  },
};

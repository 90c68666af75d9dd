import type { IncomingHttpHeaders } from "node:http";
import type { RepositoryRoute } from "../../../../../http/routes/subjects/repository.ts";
import { parseUuid } from "../../../../../model/uuid.ts";
import { getStep } from "../../../../../operations/pipelines/get-pipeline.ts";
import { pipelineNotFound } from "../../../../../operations/pipelines/pipeline-failures.ts";
import { logAnswer } from "../log-answer.ts";

/** The log of the build container, whose UUID is that of the step. There are no service containers. */
export const getContainerLogRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/logs/{log_uuid}",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  successStatuses: [200, 206],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, params, headers, method }) {
    const names = { pipeline: params.pipeline_uuid!, step: params.step_uuid! };
    const { step } = await getStep(ports, repository, names);
    if (parseUuid(params.log_uuid!) !== step.uuid)
      throw pipelineNotFound(`Log ${params.log_uuid} does not exist in step {${step.uuid}}.`);
    // Of this one the reference knows no 304.
    const { "if-none-match": _none, ...asked } = headers as IncomingHttpHeaders;
    return logAnswer(ports, step, { headers: asked, method });
  },
};

import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { getPipeline } from "../../../operations/pipelines/get-pipeline.ts";
import { stopPipeline } from "../../../operations/pipelines/move-step.ts";

export const stopPipelineRoute: RepositoryAccountRoute = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/stopPipeline",
  apiTokenScopes: ["write:pipeline:bitbucket"],
  oauthScopes: ["pipeline:write"],
  successStatuses: [204],
  permission: "write",
  access: "account",
  async handle(ports, { by, repository, params }) {
    const { uuid } = await getPipeline(ports, repository, params.pipeline_uuid!);
    await stopPipeline(ports, by, repository, uuid);
    return noContentAnswer();
  },
};

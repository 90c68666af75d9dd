import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getRunner } from "../../../operations/pipelines/runners.ts";
import { representPipelineRunner } from "../../../representations/pipeline-runner.ts";

export const getRepositoryRunnerRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/runners/{runner_uuid}",
  apiTokenScopes: ["read:runner:bitbucket"],
  oauthScopes: ["runner"],
  permission: "admin",
  async handle(ports, { repository, params }) {
    const runner = await getRunner(ports, { kind: "repository", repository }, params.runner_uuid!);
    return jsonAnswer(200, representPipelineRunner(runner));
  },
};

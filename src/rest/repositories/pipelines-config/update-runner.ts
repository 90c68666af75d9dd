import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getRunner, updateRunner } from "../../../operations/pipelines/runners.ts";
import { representPipelineRunner } from "../../../representations/pipeline-runner.ts";
import { RunnerBody, runnerChanges } from "../../runner-body.ts";

export const updateRepositoryRunnerRoute: RepositoryRoute<typeof RunnerBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/runners/{runner_uuid}",
  apiTokenScopes: ["read:runner:bitbucket", "write:runner:bitbucket"],
  oauthScopes: ["runner:write"],
  permission: "admin",
  body: RunnerBody,
  async handle(ports, { by, repository, params, body }) {
    const runner = await getRunner(ports, { kind: "repository", repository }, params.runner_uuid!);
    const changed = await updateRunner(ports, by, runner, runnerChanges(body));
    return jsonAnswer(200, representPipelineRunner(changed));
  },
};

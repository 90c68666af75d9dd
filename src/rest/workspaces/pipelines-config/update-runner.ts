import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getRunner, updateRunner } from "../../../operations/pipelines/runners.ts";
import { representPipelineRunner } from "../../../representations/pipeline-runner.ts";
import { RunnerBody, runnerChanges } from "../../runner-body.ts";

export const updateWorkspaceRunnerRoute: WorkspaceRoute<typeof RunnerBody> = {
  subject: "workspace",
  method: "PUT",
  path: "/2.0/workspaces/{workspace}/pipelines-config/runners/{runner_uuid}",
  apiTokenScopes: ["read:runner:bitbucket", "write:runner:bitbucket"],
  oauthScopes: ["runner:write"],
  permission: "own",
  body: RunnerBody,
  async handle(ports, { by, workspace, params, body }) {
    const runner = await getRunner(ports, { kind: "workspace", workspace }, params.runner_uuid!);
    const changed = await updateRunner(ports, by, runner, runnerChanges(body));
    return jsonAnswer(200, representPipelineRunner(changed));
  },
};

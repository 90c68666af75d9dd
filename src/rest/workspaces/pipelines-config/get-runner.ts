import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getRunner } from "../../../operations/pipelines/runners.ts";
import { representPipelineRunner } from "../../../representations/pipeline-runner.ts";

export const getWorkspaceRunnerRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/pipelines-config/runners/{runner_uuid}",
  apiTokenScopes: ["read:runner:bitbucket"],
  oauthScopes: ["runner"],
  permission: "own",
  async handle(ports, { workspace, params }) {
    const runner = await getRunner(ports, { kind: "workspace", workspace }, params.runner_uuid!);
    return jsonAnswer(200, representPipelineRunner(runner));
  },
};

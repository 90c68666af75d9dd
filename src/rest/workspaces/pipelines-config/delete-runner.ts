import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { deleteRunner } from "../../../operations/pipelines/runners.ts";

export const deleteWorkspaceRunnerRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "DELETE",
  path: "/2.0/workspaces/{workspace}/pipelines-config/runners/{runner_uuid}",
  apiTokenScopes: ["write:runner:bitbucket"],
  oauthScopes: ["runner:write"],
  permission: "own",
  async handle(_ports, { by, workspace, params }) {
    await deleteRunner(by, { kind: "workspace", workspace }, params.runner_uuid!);
    return noContentAnswer();
  },
};

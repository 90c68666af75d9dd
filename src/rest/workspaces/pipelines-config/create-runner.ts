import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { createRunner } from "../../../operations/pipelines/runners.ts";
import { representPipelineRunner } from "../../../representations/pipeline-runner.ts";
import { NewRunnerBody } from "../../runner-body.ts";

/** 200 and not 201, as the reference has it. */
export const createWorkspaceRunnerRoute: WorkspaceRoute<typeof NewRunnerBody> = {
  subject: "workspace",
  method: "POST",
  path: "/2.0/workspaces/{workspace}/pipelines-config/runners",
  apiTokenScopes: ["read:runner:bitbucket", "write:runner:bitbucket"],
  oauthScopes: ["runner:write"],
  successStatuses: [200],
  permission: "own",
  body: NewRunnerBody,
  async handle(ports, { by, workspace, body: { name, labels = [] } }) {
    const { runner, secret } = await createRunner(
      ports,
      by,
      { kind: "workspace", workspace },
      { name, labels },
    );
    return jsonAnswer(200, representPipelineRunner(runner, secret));
  },
};

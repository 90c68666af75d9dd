import { jsonAnswer } from "../../http/answer.ts";
import type { WorkspaceRoute } from "../../http/route.ts";
import { representWorkspace } from "../../representations/workspace.ts";

export const getWorkspaceRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}",
  scopes: ["read:workspace:bitbucket"],
  oauthScopes: [],
  permission: "see",
  async handle(_ports, { workspace, bases }) {
    return jsonAnswer(200, representWorkspace(workspace, bases));
  },
};

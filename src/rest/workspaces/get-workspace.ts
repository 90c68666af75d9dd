import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { representWorkspace } from "../../representations/workspace.ts";

export const getWorkspaceRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}",
  apiTokenScopes: ["read:workspace:bitbucket"],
  oauthScopes: [],
  permission: "see",
  async handle(_ports, { workspace, baseUrls }) {
    return jsonAnswer(200, representWorkspace(workspace, baseUrls));
  },
};

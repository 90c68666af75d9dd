import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { showRepositoryPage } from "./show-repository-page.ts";

export const listRepositoriesRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/repositories/{workspace}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "see",
  async handle(ports, request) {
    return jsonAnswer(
      200,
      await showRepositoryPage(ports, { workspaceUuid: request.workspace.uuid }, request),
    );
  },
};

import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { answerCodeSearch, readCodeSearch } from "./answer-code-search.ts";

/** In the repositories of the workspace that the caller may see. */
export const listFoundFilesRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/search/code",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "see",
  handle: async (ports, request) =>
    answerCodeSearch(ports, request.workspace, readCodeSearch(request), request),
};

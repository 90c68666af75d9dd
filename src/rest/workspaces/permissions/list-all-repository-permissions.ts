import { NO_ACCESS_TOKENS } from "../../../authorization/no-access-tokens.ts";
import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { answerEffectivePermissions } from "./answer-effective-permissions.ts";

export const listAllRepositoryPermissionsRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/permissions/repositories",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["account"],
  credentialKinds: NO_ACCESS_TOKENS,
  readsFilter: true,
  permission: "own",
  handle: (ports, request) =>
    answerEffectivePermissions(ports, request, { workspaceUuid: request.workspace.uuid }),
};

import { NO_ACCESS_TOKENS } from "../../../authorization/no-access-tokens.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { answerEffectivePermissions } from "./answer-effective-permissions.ts";

export const listRepositoryPermissionsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/permissions/repositories/{repo_slug}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  credentialKinds: NO_ACCESS_TOKENS,
  readsFilter: true,
  permission: "admin",
  handle: (ports, request) =>
    answerEffectivePermissions(ports, request, {
      workspaceUuid: request.repository.workspace.uuid,
      repositoryUuid: request.repository.uuid,
    }),
};

import { NO_ACCESS_TOKENS } from "../../authorization/no-access-tokens.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { getOwnWorkspace } from "../../operations/workspaces/own-workspace.ts";
import { answerEffectivePermissions } from "../workspaces/permissions/answer-effective-permissions.ts";

export const listOwnRepositoryPermissionsRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/2.0/user/workspaces/{workspace}/permissions/repositories",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["account", "repository"],
  credentialKinds: NO_ACCESS_TOKENS,
  readsFilter: true,
  async handle(ports, request) {
    const { workspace } = await getOwnWorkspace(ports, request.caller, request.params.workspace!);
    return answerEffectivePermissions(ports, request, {
      workspaceUuid: workspace.uuid,
      accountUuid: request.account.uuid,
    });
  },
};

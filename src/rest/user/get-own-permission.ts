import { NO_ACCESS_TOKENS } from "../../authorization/no-access-tokens.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { getOwnWorkspace } from "../../operations/workspaces/own-workspace.ts";
import { representMembershipPermission } from "../../representations/membership.ts";

export const getOwnPermissionRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/2.0/user/workspaces/{workspace}/permission",
  apiTokenScopes: ["read:workspace:bitbucket"],
  oauthScopes: ["account"],
  credentialKinds: NO_ACCESS_TOKENS,
  async handle(ports, { caller, account, baseUrls, params }) {
    const { workspace, role } = await getOwnWorkspace(ports, caller, params.workspace!);
    return jsonAnswer(200, representMembershipPermission(workspace, account, role, undefined, baseUrls));
  },
};

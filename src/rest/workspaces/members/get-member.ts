import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { Failure } from "../../../model/failure.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { representMembership } from "../../../representations/membership.ts";
import { findMember } from "../../../storage/sql/workspaces/members.ts";

export const getMemberRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/members/{member}",
  apiTokenScopes: ["read:workspace:bitbucket"],
  oauthScopes: ["account"],
  permission: "belong",
  async handle(ports, { workspace, baseUrls, params }) {
    const account = await getSelectedAccount(ports, params.member!);
    const member = await findMember(ports.database.kysely, workspace.uuid, account.uuid);
    if (member === undefined)
      throw new Failure("not-found", `${params.member} is not a member of the workspace`);
    return jsonAnswer(200, representMembership(workspace, account, baseUrls));
  },
};

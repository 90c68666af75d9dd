import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { addGroupMember, getGroup } from "../../../operations/groups/groups.ts";
import { representEmbeddedAccount } from "../../../representations/embedded-account.ts";
import { CHANGES_GROUPS } from "../group-routes.ts";

export const putGroupMemberRoute: WorkspaceRoute = {
  ...CHANGES_GROUPS,
  method: "PUT",
  path: "/1.0/groups/{workspace}/{group_slug}/members/{member}",
  async handle(ports, { by, workspace, params, baseUrls }) {
    const group = await getGroup(ports, workspace, params.group_slug!);
    const account = await getSelectedAccount(ports, params.member!, { takesUsername: true });
    await addGroupMember(by, workspace, group, account);
    return jsonAnswer(200, representEmbeddedAccount(account, baseUrls));
  },
};

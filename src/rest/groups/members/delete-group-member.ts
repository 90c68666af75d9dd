import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { getGroup, removeGroupMember } from "../../../operations/groups/groups.ts";
import { CHANGES_GROUPS } from "../group-routes.ts";

export const deleteGroupMemberRoute: WorkspaceRoute = {
  ...CHANGES_GROUPS,
  method: "DELETE",
  path: "/1.0/groups/{workspace}/{group_slug}/members/{member}",
  async handle(ports, { by, workspace, params }) {
    const group = await getGroup(ports, workspace, params.group_slug!);
    const account = await getSelectedAccount(ports, params.member!, { takesUsername: true });
    await removeGroupMember(by, group, account);
    return noContentAnswer();
  },
};

import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getGroup } from "../../../operations/groups/groups.ts";
import { representEmbeddedAccount } from "../../../representations/embedded-account.ts";
import { listGroupMembers } from "../../../storage/sql/groups/groups.ts";
import { READS_GROUPS } from "../group-routes.ts";

export const listGroupMembersRoute: WorkspaceRoute = {
  ...READS_GROUPS,
  method: "GET",
  path: "/1.0/groups/{workspace}/{group_slug}/members",
  async handle(ports, { workspace, params, baseUrls }) {
    const group = await getGroup(ports, workspace, params.group_slug!);
    const members = await listGroupMembers(ports.database.kysely, group.uuid);
    return jsonAnswer(
      200,
      members.map((member) => representEmbeddedAccount(member, baseUrls)),
    );
  },
};

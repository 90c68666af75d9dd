import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { noContentAnswer } from "../../http/server/answer.ts";
import { deleteGroup, getGroup } from "../../operations/groups/groups.ts";
import { CHANGES_GROUPS } from "./group-routes.ts";

export const deleteGroupRoute: WorkspaceRoute = {
  ...CHANGES_GROUPS,
  method: "DELETE",
  path: "/1.0/groups/{workspace}/{group_slug}",
  async handle(ports, { by, workspace, params }) {
    await deleteGroup(by, await getGroup(ports, workspace, params.group_slug!));
    return noContentAnswer();
  },
};

import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { getGroup } from "../../operations/groups/groups.ts";
import { READS_GROUPS, showGroup } from "./group-routes.ts";

export const getGroupRoute: WorkspaceRoute = {
  ...READS_GROUPS,
  method: "GET",
  path: "/1.0/groups/{workspace}/{group_slug}",
  async handle(ports, { workspace, params, baseUrls }) {
    const group = await getGroup(ports, workspace, params.group_slug!);
    return jsonAnswer(200, await showGroup(ports, group, workspace, baseUrls));
  },
};

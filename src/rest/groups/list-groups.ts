import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { listGroups } from "../../storage/sql/groups/groups.ts";
import { READS_GROUPS, showGroup } from "./group-routes.ts";

/** All of them: API 1.0 has no pages. */
export const listGroupsRoute: WorkspaceRoute = {
  ...READS_GROUPS,
  method: "GET",
  path: "/1.0/groups/{workspace}",
  async handle(ports, { workspace, baseUrls }) {
    const shown = [];
    for (const group of await listGroups(ports.database.kysely, workspace.uuid))
      shown.push(await showGroup(ports, group, workspace, baseUrls));
    return jsonAnswer(200, shown);
  },
};

import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { NO_DEFAULTS } from "../../model/group.ts";
import { representLegacyGroup } from "../../representations/legacy-group.ts";
import { findGroupDefaults } from "../../storage/sql/groups/group-defaults.ts";
import { listGroups, listMembersOfGroups } from "../../storage/sql/groups/groups.ts";
import { READS_GROUPS } from "./group-routes.ts";

/** All of them: API 1.0 has no pages. */
export const listGroupsRoute: WorkspaceRoute = {
  ...READS_GROUPS,
  method: "GET",
  path: "/1.0/groups/{workspace}",
  async handle({ database: { kysely } }, { workspace, baseUrls }) {
    const groups = await listGroups(kysely, workspace.uuid);
    const defaults = await findGroupDefaults(
      kysely,
      groups.map(({ uuid }) => uuid),
    );
    const members = await listMembersOfGroups(kysely, workspace.uuid);
    const shown = groups.map((group) =>
      representLegacyGroup(
        group,
        { defaults: defaults.get(group.uuid) ?? NO_DEFAULTS, members: members.get(group.uuid) ?? [] },
        workspace,
        baseUrls,
      ),
    );
    return jsonAnswer(200, shown);
  },
};

import { NO_ACCESS_TOKENS } from "../../../authorization/no-access-tokens.ts";
import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { listMembersFor } from "../../../operations/workspaces/memberships.ts";
import { representMembershipPermission } from "../../../representations/membership.ts";

/** The members of a workspace with their roles. For its members (our choice, as for the list of them). */
export const listPermissionsRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/permissions",
  apiTokenScopes: ["read:workspace:bitbucket"],
  oauthScopes: ["account"],
  credentialKinds: NO_ACCESS_TOKENS,
  readsFilter: true,
  permission: "belong",
  async handle(ports, { workspace, caller, baseUrls, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listMembersFor(ports, workspace, caller, {
      ...page,
      ...readFilterAndSort(query),
    });
    const shown = values.map(({ account, role, addedAt }) =>
      representMembershipPermission(workspace, account, role, addedAt, baseUrls),
    );
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};

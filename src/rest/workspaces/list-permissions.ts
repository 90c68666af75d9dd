import { jsonAnswer } from "../../http/answer.ts";
import { readFilterAndSort } from "../../http/collection-query.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { WorkspaceRoute } from "../../http/route.ts";
import { listMembersFor } from "../../operations/memberships.ts";
import { representMembershipPermission } from "../../representations/membership.ts";

/** The members of a workspace and what each is in it. For its members (our choice, as for the list of them). */
export const listPermissionsRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/permissions",
  scopes: ["read:workspace:bitbucket"],
  oauthScopes: ["account"],
  readsFilter: true,
  permission: "belong",
  async handle(ports, { workspace, caller, bases, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listMembersFor(ports, workspace, caller, {
      ...page,
      ...readFilterAndSort(query),
    });
    const shown = values.map(({ account, role, addedAt }) =>
      representMembershipPermission(workspace, account, role, addedAt, bases),
    );
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};

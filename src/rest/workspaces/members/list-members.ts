import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { isFieldRequested } from "../../../http/routes/fields.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { listMembersFor } from "../../../operations/workspaces/memberships.ts";
import { representMembership } from "../../../representations/membership.ts";

/** Only members may see the members of a workspace (our choice: the reference does not say who may). */
export const listMembersRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/members",
  apiTokenScopes: ["read:workspace:bitbucket"],
  oauthScopes: ["account"],
  readsFilter: true,
  permission: "belong",
  async handle(ports, { workspace, caller, baseUrls, query, url, fields }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size, isByEmail } = await listMembersFor(ports, workspace, caller, {
      ...page,
      ...readFilterAndSort(query),
    });
    // "Email addresses that you filter by (and only these …) can be included", if `fields` asks for them.
    const withEmail = isByEmail && isFieldRequested(fields, "values.user.email");
    const shown = values.map(({ account, email }) =>
      representMembership(workspace, account, baseUrls, withEmail ? email : undefined),
    );
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};

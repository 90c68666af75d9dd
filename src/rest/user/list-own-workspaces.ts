import { NO_ACCESS_TOKENS } from "../../authorization/no-access-tokens.ts";
import { readFilterAndSort } from "../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../http/routes/paging.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { invalidField } from "../../model/failure.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { representWorkspaceAccess } from "../../representations/workspace.ts";
import { listWorkspacesOf } from "../../storage/sql/workspaces/workspaces.ts";

export const listOwnWorkspacesRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/2.0/user/workspaces",
  apiTokenScopes: ["read:workspace:bitbucket"],
  oauthScopes: ["account"],
  credentialKinds: NO_ACCESS_TOKENS,
  readsFilter: true,
  async handle({ database }, { caller, baseUrls, query, url }) {
    // The default of 25 stands in the reference's own example.
    const { page, pagelen } = parsePage(query, { pagelenDefault: 25, pagelenMax: 100 });
    const { values, size } = await listWorkspacesOf(database.kysely, viewerOf(caller), {
      page,
      pagelen,
      ...readFilterAndSort(query),
      ...readAdministrator(query),
    });
    const shown = values.map(({ workspace, role }) => representWorkspaceAccess(workspace, role, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};

function readAdministrator(query: URLSearchParams): { administrator?: boolean } {
  // Python's own words for them come with a capital.
  const text = query.get("administrator")?.toLowerCase();
  if (text === undefined) return {};
  if (text !== "true" && text !== "false") throw invalidField("administrator", "must be true or false");
  return { administrator: text === "true" };
}

import { parsePage, representPage } from "../../http/routes/paging.ts";
import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { invalidField } from "../../model/failure.ts";
import { SNIPPET_ROLES, type SnippetRole } from "../../model/snippet.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { representListedSnippet } from "../../representations/snippet.ts";
import { listSnippets } from "../../storage/sql/snippets/snippets.ts";

export const listSnippetsRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/snippets/{workspace}",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "see",
  async handle(ports, { workspace, caller, query, baseUrls, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listSnippets(ports.database.kysely, {
      workspaceUuid: workspace.uuid,
      viewer: viewerOf(caller),
      role: readRole(query.get("role")),
      ...page,
    });
    const shown = values.map((snippet) => representListedSnippet(snippet, baseUrls));
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};

function readRole(text: string | null): SnippetRole | undefined {
  if (text === null) return undefined;
  const role = SNIPPET_ROLES.find((each) => each === text);
  if (role === undefined) throw invalidField("role", `must be one of ${SNIPPET_ROLES.join(", ")}`);
  return role;
}

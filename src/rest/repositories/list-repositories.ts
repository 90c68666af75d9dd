import { jsonAnswer } from "../../http/answer.ts";
import { readFilter, readSort } from "../../http/collection-query.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { WorkspaceRoute } from "../../http/route.ts";
import { invalidField } from "../../model/failure.ts";
import { representRepository } from "../../representations/repository.ts";
import { listRepositories } from "../../storage/sql/repositories.ts";

const ROLES = ["member", "contributor", "admin", "owner"] as const;

export const listRepositoriesRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/repositories/{workspace}",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "see",
  async handle({ database }, { workspace, caller, bases, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listRepositories(database.kysely, {
      workspaceUuid: workspace.uuid,
      viewerUuid: caller.kind === "anonymous" ? undefined : caller.account.uuid,
      page,
      pagelen,
      ...readRole(query),
      ...readFilter(query),
      ...readSort(query),
    });
    const shown = values.map((repository) => representRepository(repository, bases, caller));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};

function readRole(query: URLSearchParams): { role?: (typeof ROLES)[number] } {
  const text = query.get("role");
  if (text === null) return {};
  const role = ROLES.find((candidate) => candidate === text);
  if (role === undefined) throw invalidField("role", `must be one of ${ROLES.join(", ")}`);
  return { role };
}

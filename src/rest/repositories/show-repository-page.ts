import { readFilterAndSort } from "../../http/routes/collection-query.ts";
import type { RestRequest } from "../../http/routes/declaration.ts";
import { parsePage, representPage } from "../../http/routes/paging.ts";
import { invalidField } from "../../model/failure.ts";
import { viewerOf } from "../../model/who-acts.ts";
import type { Ports } from "../../ports.ts";
import { listRepositories, type RepositoryListSubject } from "../../storage/sql/repositories/repositories.ts";
import { showRepositories } from "./show-repository.ts";

const ROLES = ["member", "contributor", "admin", "owner"] as const;

/** The requested page of the repositories that the caller may see. Three statements. */
export async function showRepositoryPage(
  ports: Pick<Ports, "database">,
  subject: RepositoryListSubject,
  request: RestRequest,
) {
  const { caller, query, url } = request;
  const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
  const { values, size } = await listRepositories(ports.database.kysely, {
    ...subject,
    viewer: viewerOf(caller),
    page,
    pagelen,
    ...readRole(query),
    ...readFilterAndSort(query),
  });
  const shown = await showRepositories(ports, values, request);
  return representPage({ page, pagelen, size, values: shown }, url);
}

function readRole(query: URLSearchParams): { role?: (typeof ROLES)[number] } {
  const text = query.get("role");
  if (text === null) return {};
  const role = ROLES.find((candidate) => candidate === text);
  if (role === undefined) throw invalidField("role", `must be one of ${ROLES.join(", ")}`);
  return { role };
}

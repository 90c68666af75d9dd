import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { invalidField } from "../../../model/failure.ts";
import { parseUuid, type Uuid } from "../../../model/uuid.ts";
import { representDeployment } from "../../../representations/deployment.ts";
import { listDeployments } from "../../../storage/sql/deployments/deployments.ts";

export const listDeploymentsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/deployments",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { repository, baseUrls, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const environmentUuid = readEnvironment(query);
    const options = { ...page, ...readFilterAndSort(query), environmentUuid };
    const { values, size } = await listDeployments(database.kysely, repository.uuid, options);
    const shown = values.map((deployment) => representDeployment(deployment, repository, baseUrls));
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};

/** Clients send it; it is not documented. @throws Failure invalid-input if it is no UUID. */
function readEnvironment(query: URLSearchParams): Uuid | undefined {
  const text = query.get("environment");
  if (text === null) return undefined;
  const uuid = parseUuid(text);
  if (uuid === undefined) throw invalidField("environment", "must be the UUID of an environment");
  return uuid;
}

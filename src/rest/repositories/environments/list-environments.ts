import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representEnvironment } from "../../../representations/deployment-environment.ts";
import { listEnvironments } from "../../../storage/sql/deployments/environments.ts";

export const listEnvironmentsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/environments",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { repository, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const options = { ...page, ...readFilterAndSort(query) };
    const { values, size } = await listEnvironments(database.kysely, repository.uuid, options);
    return jsonAnswer(200, representPage({ ...page, size, values: values.map(representEnvironment) }, url));
  },
};

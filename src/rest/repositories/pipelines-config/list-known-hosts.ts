import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representKnownHost } from "../../../representations/known-host.ts";
import { listKnownHosts } from "../../../storage/sql/pipelines/known-hosts.ts";

export const listKnownHostsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/ssh/known_hosts",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  readsFilter: true,
  permission: "admin",
  async handle({ database }, { repository, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const options = { ...page, ...readFilterAndSort(query) };
    const { values, size } = await listKnownHosts(database.kysely, repository.uuid, options);
    return jsonAnswer(200, representPage({ ...page, size, values: values.map(representKnownHost) }, url));
  },
};

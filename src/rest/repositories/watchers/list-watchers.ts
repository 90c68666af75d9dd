import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representEmbeddedAccount } from "../../../representations/embedded-account.ts";
import { listRepositoryWatchers } from "../../../storage/sql/repositories/repository-watchers.ts";

/** Those that the operator has listed. Bitbucket's list begins with who has made the repository. */
export const listWatchersRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/watchers",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { repository, query, baseUrls, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listRepositoryWatchers(database.kysely, repository.uuid, {
      page,
      pagelen,
      ...readFilterAndSort(query),
    });
    const shown = values.map((account) => representEmbeddedAccount(account, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};

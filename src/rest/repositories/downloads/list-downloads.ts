import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representDownload } from "../../../representations/download.ts";
import { listDownloads } from "../../../storage/sql/downloads/downloads.ts";

export const listDownloadsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/downloads",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { repository, query, baseUrls, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listDownloads(database.kysely, {
      repositoryUuid: repository.uuid,
      page,
      pagelen,
      ...readFilterAndSort(query),
    });
    const shown = values.map((download) => representDownload(download, repository, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};

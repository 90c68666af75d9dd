import { readFilterAndSort } from "../../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getCommit } from "../../../../operations/commits/commits.ts";
import { representReport } from "../../../../representations/report.ts";
import { listReports } from "../../../../storage/sql/commits/reports.ts";

export const listReportsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, params, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const conditions = readFilterAndSort(query);
    const commit = await getCommit(ports, repository, params.commit!);
    const { values, size } = await listReports(ports.database.kysely, {
      repositoryUuid: repository.uuid,
      commit: commit.id,
      page,
      pagelen,
      ...conditions,
    });
    return jsonAnswer(200, representPage({ page, pagelen, size, values: values.map(representReport) }, url));
  },
};

import { readFilterAndSort } from "../../../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../../http/server/answer.ts";
import { getReport } from "../../../../../operations/commits/reports.ts";
import { representAnnotation } from "../../../../../representations/report.ts";
import { listAnnotations } from "../../../../../storage/sql/commits/annotations.ts";

export const listAnnotationsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}/annotations",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, params, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const conditions = readFilterAndSort(query);
    const report = await getReport(ports, repository, { commit: params.commit!, id: params.reportId! });
    const { values, size } = await listAnnotations(ports.database.kysely, {
      reportUuid: report.uuid,
      page,
      pagelen,
      ...conditions,
    });
    const shown = values.map(representAnnotation);
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};

import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getReport } from "../../../../operations/commits/reports.ts";
import { representReport } from "../../../../representations/report.ts";

export const getReportRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, { repository, params }) {
    const report = await getReport(ports, repository, { commit: params.commit!, id: params.reportId! });
    return jsonAnswer(200, representReport(report));
  },
};

import type { RepositoryAccountRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { putReport } from "../../../../operations/commits/reports.ts";
import { representReport } from "../../../../representations/report.ts";
import { parseReport, ReportBody } from "./report-body.ts";
import { LINE_LENGTH_MAX, requiredText } from "./report-fields.ts";

/** Read permission is enough, as the reference's scope says; it must be by membership (our choice). */
export const putReportRoute: RepositoryAccountRoute<typeof ReportBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "explicit",
  body: ReportBody,
  async handle(ports, { by, repository, params, body }) {
    const stored = await putReport(ports, by, repository, {
      commit: params.commit!,
      id: requiredText("reportId", params.reportId, LINE_LENGTH_MAX),
      report: parseReport(body),
    });
    return jsonAnswer(200, representReport(stored));
  },
};

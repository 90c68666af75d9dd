import { noContentAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { deleteReport } from "../../operations/reports.ts";

/** Answers 204 also where there is none: the reference knows no other answer. */
export const deleteReportRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, { caller, repository, params }) {
    await deleteReport(ports, caller, repository, { commit: params.commit!, id: params.reportId! });
    return noContentAnswer();
  },
};

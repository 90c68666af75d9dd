import type { RepositoryRoute } from "../../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../../http/server/answer.ts";
import { getAnnotation } from "../../../../../operations/commits/reports.ts";
import { representAnnotation } from "../../../../../representations/report.ts";

export const getAnnotationRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}/annotations/{annotationId}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, { repository, params }) {
    const annotation = await getAnnotation(ports, repository, {
      commit: params.commit!,
      id: params.reportId!,
      annotationId: params.annotationId!,
    });
    return jsonAnswer(200, representAnnotation(annotation));
  },
};

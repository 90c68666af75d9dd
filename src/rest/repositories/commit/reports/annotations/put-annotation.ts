import type { RepositoryAccountRoute } from "../../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../../http/server/answer.ts";
import { putAnnotation } from "../../../../../operations/commits/reports.ts";
import { representAnnotation } from "../../../../../representations/report.ts";
import { AnnotationBody, parseAnnotation } from "./annotation-body.ts";

export const putAnnotationRoute: RepositoryAccountRoute<typeof AnnotationBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}/annotations/{annotationId}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "explicit",
  body: AnnotationBody,
  async handle(ports, { by, repository, params, body }) {
    const stored = await putAnnotation(ports, by, repository, {
      commit: params.commit!,
      id: params.reportId!,
      annotation: parseAnnotation(body, params.annotationId),
    });
    return jsonAnswer(200, representAnnotation(stored));
  },
};

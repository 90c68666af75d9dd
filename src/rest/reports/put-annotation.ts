import { jsonAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { putAnnotation } from "../../operations/reports.ts";
import { representAnnotation } from "../../representations/report.ts";
import { AnnotationBody, parseAnnotation } from "./annotation-body.ts";

export const putAnnotationRoute: RepositoryRoute<typeof AnnotationBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}/annotations/{annotationId}",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  body: AnnotationBody,
  async handle(ports, { caller, repository, params, body }) {
    const stored = await putAnnotation(ports, caller, repository, {
      commit: params.commit!,
      id: params.reportId!,
      annotation: parseAnnotation(body, params.annotationId),
    });
    return jsonAnswer(200, representAnnotation(stored));
  },
};

import { noContentAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { deleteAnnotation } from "../../operations/reports.ts";

/** Answers 204 also where there is none: the reference knows no other answer. */
export const deleteAnnotationRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}/annotations/{annotationId}",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, { caller, repository, params }) {
    await deleteAnnotation(ports, caller, repository, {
      commit: params.commit!,
      id: params.reportId!,
      annotationId: params.annotationId!,
    });
    return noContentAnswer();
  },
};

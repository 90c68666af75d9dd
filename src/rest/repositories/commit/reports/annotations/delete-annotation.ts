import type { RepositoryAccountRoute } from "../../../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../../../http/server/answer.ts";
import { deleteAnnotation } from "../../../../../operations/commits/reports.ts";

/** Answers 204 also where there is none: the reference knows no other answer. */
export const deleteAnnotationRoute: RepositoryAccountRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}/annotations/{annotationId}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "explicit",
  async handle(ports, { by, repository, params }) {
    await deleteAnnotation(ports, by, repository, {
      commit: params.commit!,
      id: params.reportId!,
      annotationId: params.annotationId!,
    });
    return noContentAnswer();
  },
};

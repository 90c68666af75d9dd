import type { RepositoryAccountRoute } from "../../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../../http/server/answer.ts";
import { putAnnotations } from "../../../../../operations/commits/reports.ts";
import { representAnnotation } from "../../../../../representations/report.ts";
import { AnnotationsBody, parseAnnotations } from "./annotation-body.ts";

/** Creates or overwrites up to 100 annotations at once. */
export const bulkPutAnnotationsRoute: RepositoryAccountRoute<typeof AnnotationsBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}/annotations",
  successStatuses: [200],
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "explicit",
  body: AnnotationsBody,
  async handle(ports, { by, repository, params, body }) {
    const stored = await putAnnotations(ports, by, repository, {
      commit: params.commit!,
      id: params.reportId!,
      annotations: parseAnnotations(body),
    });
    return jsonAnswer(200, stored.map(representAnnotation));
  },
};

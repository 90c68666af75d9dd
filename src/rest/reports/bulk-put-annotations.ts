import { jsonAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { putAnnotations } from "../../operations/reports.ts";
import { representAnnotation } from "../../representations/report.ts";
import { AnnotationsBody, parseAnnotations } from "./annotation-body.ts";

/** Creates or overwrites up to 100 annotations at once. */
export const bulkPutAnnotationsRoute: RepositoryRoute<typeof AnnotationsBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId}/annotations",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  body: AnnotationsBody,
  async handle(ports, { caller, repository, params, body }) {
    const stored = await putAnnotations(ports, caller, repository, {
      commit: params.commit!,
      id: params.reportId!,
      annotations: parseAnnotations(body),
    });
    return jsonAnswer(200, stored.map(representAnnotation));
  },
};

import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { BUILD_NUMBER_MAX, changeNextBuildNumber } from "../../../operations/pipelines/config.ts";

const BuildNumberBody = (Type: TypeBuilder) =>
  Type.Object({ next: Type.Integer({ minimum: 1, maximum: BUILD_NUMBER_MAX }) });

/** A `pipeline_build_number`. */
export const putBuildNumberRoute: RepositoryRoute<typeof BuildNumberBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/build_number",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline:variable"],
  permission: "admin",
  body: BuildNumberBody,
  async handle(_ports, { by, repository, body: { next } }) {
    await changeNextBuildNumber(by, repository, next);
    return jsonAnswer(200, { type: "pipeline_build_number", next });
  },
};

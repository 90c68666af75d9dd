import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { setPipelines } from "../../../operations/pipelines/config.ts";
import { representPipelinesConfig } from "../../../representations/pipelines-config.ts";

/** Terraform's provider leaves out `enabled` where it is false. */
const PipelinesConfigBody = (Type: TypeBuilder) => Type.Object({ enabled: Type.Optional(Type.Boolean()) });

export const putPipelinesConfigRoute: RepositoryRoute<typeof PipelinesConfigBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: PipelinesConfigBody,
  async handle(ports, { by, repository, body: { enabled = false }, baseUrls }) {
    await setPipelines(ports, by, repository, enabled);
    return jsonAnswer(200, representPipelinesConfig(repository, enabled, baseUrls));
  },
};

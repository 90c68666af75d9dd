import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { changeOverrides } from "../../../operations/repositories/repository-overrides.ts";

const overrides = (Type: TypeBuilder) => ({
  default_merge_strategy: Type.Optional(Type.Boolean()),
  branching_model: Type.Optional(Type.Boolean()),
});

/**
 * The reference does not say what is sent. Clients send the settings as they are named here; the object that GET answers
 * is taken too (our choice).
 */
const OverrideSettingsBody = (Type: TypeBuilder) =>
  Type.Object({
    ...overrides(Type),
    override_settings: Type.Optional(Type.Object(overrides(Type))),
  });

export const putOverrideSettingsRoute: RepositoryRoute<typeof OverrideSettingsBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/override-settings",
  successStatuses: [204],
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: OverrideSettingsBody,
  async handle(_ports, { by, repository, body }) {
    const { default_merge_strategy, branching_model } = { ...body.override_settings, ...body };
    await changeOverrides(by, repository, {
      ...(default_merge_strategy === undefined ? {} : { defaultMergeStrategy: default_merge_strategy }),
      ...(branching_model === undefined ? {} : { branchingModel: branching_model }),
    });
    return noContentAnswer();
  },
};

import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { RepositoryRoute } from "../../../http/routes/route.ts";
import { jsonAnswer, noContentAnswer } from "../../../http/server/answer.ts";
import { changeOverrides, getOverrides } from "../../../operations/repositories/repository-overrides.ts";

const PATH = "/2.0/repositories/{workspace}/{repo_slug}/override-settings";

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

/** A `repository_inheritance_state`. */
export const getOverrideSettingsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: PATH,
  scopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  async handle(ports, { repository }) {
    const { defaultMergeStrategy, branchingModel } = await getOverrides(ports, repository);
    return jsonAnswer(200, {
      type: "repository_inheritance_state",
      override_settings: { default_merge_strategy: defaultMergeStrategy, branching_model: branchingModel },
    });
  },
};

export const putOverrideSettingsRoute: RepositoryRoute<typeof OverrideSettingsBody> = {
  subject: "repository",
  method: "PUT",
  path: PATH,
  scopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: OverrideSettingsBody,
  async handle(ports, { repository, body }) {
    const { default_merge_strategy, branching_model } = { ...body.override_settings, ...body };
    await changeOverrides(ports, repository, {
      ...(default_merge_strategy === undefined ? {} : { defaultMergeStrategy: default_merge_strategy }),
      ...(branching_model === undefined ? {} : { branchingModel: branching_model }),
    });
    return noContentAnswer();
  },
};

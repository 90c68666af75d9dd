import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { invalidField } from "../../../model/failure.ts";
import { changeOverrides } from "../../../operations/repositories/repository-overrides.ts";

const settings = (Type: TypeBuilder) => ({
  default_merge_strategy: Type.Optional(Type.Boolean()),
  branching_model: Type.Optional(Type.Boolean()),
});

/**
 * The reference does not say what is sent. Terraform's provider sends the settings as they are named here, true for what the
 * repository is to inherit. The `override_settings` that GET answers are taken too (our choice).
 */
const OverrideSettingsBody = (Type: TypeBuilder) =>
  Type.Object({
    ...settings(Type),
    override_settings: Type.Optional(Type.Object(settings(Type))),
  });

type Body = BodyOf<typeof OverrideSettingsBody>;

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
    const defaultMergeStrategy = readOverride(body, "default_merge_strategy");
    const branchingModel = readOverride(body, "branching_model");
    await changeOverrides(by, repository, {
      ...(defaultMergeStrategy === undefined ? {} : { defaultMergeStrategy }),
      ...(branchingModel === undefined ? {} : { branchingModel }),
    });
    return noContentAnswer();
  },
};

/** Whether the repository is to have its own. Undefined: as it is. @throws Failure invalid-input if the body says both. */
function readOverride(body: Body, name: "default_merge_strategy" | "branching_model"): boolean | undefined {
  const isInherited = body[name];
  const isOverridden = body.override_settings?.[name];
  if (isInherited === undefined) return isOverridden;
  if (isInherited === isOverridden)
    throw invalidField(`override_settings.${name}`, `contradicts ${name}, which says what is inherited`);
  return !isInherited;
}

import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getOverrides } from "../../../operations/repositories/repository-overrides.ts";

/**
 * A `repository_inheritance_state`. The reference has `override_settings`, without a word on what is in it, and allows more
 * beside it: Terraform's provider reads there what is inherited, and its tests find both settings true for a new repository.
 */
export const getOverrideSettingsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/override-settings",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  async handle(ports, { repository }) {
    const { defaultMergeStrategy, branchingModel } = await getOverrides(ports, repository);
    return jsonAnswer(200, {
      type: "repository_inheritance_state",
      default_merge_strategy: !defaultMergeStrategy,
      branching_model: !branchingModel,
      override_settings: { default_merge_strategy: defaultMergeStrategy, branching_model: branchingModel },
    });
  },
};

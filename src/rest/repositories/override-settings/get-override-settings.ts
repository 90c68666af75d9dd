import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getOverrides } from "../../../operations/repositories/repository-overrides.ts";

/** A `repository_inheritance_state`. */
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
      override_settings: { default_merge_strategy: defaultMergeStrategy, branching_model: branchingModel },
    });
  },
};

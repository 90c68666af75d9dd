import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { changeRepositoryModel } from "../../../operations/branch-rules/branching-models.ts";
import { showSettings } from "./get-branching-model-settings.ts";
import { ModelSettingsBody, parseModelSettings } from "./model-settings-body.ts";

export const updateBranchingModelSettingsRoute: RepositoryRoute<typeof ModelSettingsBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/branching-model/settings",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: ModelSettingsBody,
  async handle(ports, request) {
    const { repository, body } = request;
    const namesDevelopment = body.development !== undefined;
    await changeRepositoryModel(request.by, repository, parseModelSettings(body), { namesDevelopment });
    return showSettings(ports, request);
  },
};

import type { RestRequest } from "../../../http/routes/declaration.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import type { Repository } from "../../../model/repository.ts";
import { getModelSettings } from "../../../operations/branch-rules/branching-models.ts";
import type { Ports } from "../../../ports.ts";
import { representModelSettings } from "../../../representations/branching-model.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";

export const getBranchingModelSettingsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/branching-model/settings",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  handle: showSettings,
};

export async function showSettings(
  ports: Ports,
  { repository, baseUrls }: RestRequest & { readonly repository: Repository },
) {
  const { model, validity } = await getModelSettings(ports, repository);
  const selfUrl = `${repositoryApiUrl(baseUrls, repository)}/branching-model/settings`;
  return jsonAnswer(200, representModelSettings(model, validity, selfUrl));
}

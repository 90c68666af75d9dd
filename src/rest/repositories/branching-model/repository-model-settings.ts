import type { RepositoryRoute, RestRequest } from "../../../http/routes/route.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import type { Repository } from "../../../model/repository.ts";
import {
  changeRepositoryModel,
  getModelSettings,
} from "../../../operations/branch-rules/branching-models.ts";
import type { Ports } from "../../../ports.ts";
import { representModelSettings } from "../../../representations/branching-model.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";
import { ModelSettingsBody, parseModelSettings } from "./model-settings-body.ts";

const PATH = "/2.0/repositories/{workspace}/{repo_slug}/branching-model/settings";

export const getModelSettingsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: PATH,
  scopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  handle: showSettings,
};

export const updateModelSettingsRoute: RepositoryRoute<typeof ModelSettingsBody> = {
  subject: "repository",
  method: "PUT",
  path: PATH,
  scopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: ModelSettingsBody,
  async handle(ports, request) {
    const { repository, body } = request;
    const namesDevelopment = body.development !== undefined;
    await changeRepositoryModel(ports, repository, parseModelSettings(body), { namesDevelopment });
    return showSettings(ports, request);
  },
};

async function showSettings(
  ports: Ports,
  { repository, baseUrls }: RestRequest & { readonly repository: Repository },
) {
  const { model, validity } = await getModelSettings(ports, repository);
  const selfUrl = `${repositoryApiUrl(baseUrls, repository)}/branching-model/settings`;
  return jsonAnswer(200, representModelSettings(model, validity, selfUrl));
}

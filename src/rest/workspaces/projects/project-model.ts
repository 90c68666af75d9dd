import type { ProjectRoute, RestRequest } from "../../../http/routes/route.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import type { Project, Workspace } from "../../../model/workspace.ts";
import { changeProjectModel, getProjectModel } from "../../../operations/branch-rules/branching-models.ts";
import {
  representBranchingModel,
  representModelBranch,
  representModelSettings,
} from "../../../representations/branching-model.ts";
import {
  ModelSettingsBody,
  parseModelSettings,
} from "../../repositories/branching-model/model-settings-body.ts";

const PATH = "/2.0/workspaces/{workspace}/projects/{project_key}/branching-model";

type Of = Pick<RestRequest, "baseUrls"> & { readonly workspace: Workspace; readonly project: Project };

function modelUrl({ baseUrls, workspace, project }: Of): string {
  return `${baseUrls.api}/workspaces/${workspace.slug}/projects/${project.key}/branching-model`;
}

export const getProjectModelRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: PATH,
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "see",
  async handle(ports, request) {
    const model = await getProjectModel(ports, request.project);
    const branches = {
      development: representModelBranch(model.development),
      production: model.production.isEnabled ? representModelBranch(model.production) : undefined,
    };
    return jsonAnswer(
      200,
      representBranchingModel("project_branching_model", model, branches, modelUrl(request)),
    );
  },
};

export const getProjectModelSettingsRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: `${PATH}/settings`,
  scopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle(ports, request) {
    const model = await getProjectModel(ports, request.project);
    return jsonAnswer(200, representModelSettings(model, undefined, `${modelUrl(request)}/settings`));
  },
};

export const updateProjectModelSettingsRoute: ProjectRoute<typeof ModelSettingsBody> = {
  subject: "project",
  method: "PUT",
  path: `${PATH}/settings`,
  scopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  body: ModelSettingsBody,
  async handle(ports, request) {
    const model = await changeProjectModel(ports, request.project, parseModelSettings(request.body));
    return jsonAnswer(200, representModelSettings(model, undefined, `${modelUrl(request)}/settings`));
  },
};

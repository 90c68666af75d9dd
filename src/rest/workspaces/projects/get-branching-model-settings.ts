import type { ProjectRoute } from "../../../http/routes/subjects/project.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getProjectModel } from "../../../operations/branch-rules/branching-models.ts";
import { representModelSettings } from "../../../representations/branching-model.ts";
import { projectModelUrl } from "./project-model-url.ts";

export const getProjectBranchingModelSettingsRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/branching-model/settings",
  apiTokenScopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle(ports, request) {
    const model = await getProjectModel(ports, request.project);
    return jsonAnswer(200, representModelSettings(model, undefined, `${projectModelUrl(request)}/settings`));
  },
};

import type { ProjectRoute } from "../../../http/routes/subjects/project.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { changeProjectModel } from "../../../operations/branch-rules/branching-models.ts";
import { representModelSettings } from "../../../representations/branching-model.ts";
import {
  ModelSettingsBody,
  parseModelSettings,
} from "../../repositories/branching-model/model-settings-body.ts";
import { projectModelUrl } from "./project-model-url.ts";

export const updateProjectBranchingModelSettingsRoute: ProjectRoute<typeof ModelSettingsBody> = {
  subject: "project",
  method: "PUT",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/branching-model/settings",
  apiTokenScopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  body: ModelSettingsBody,
  async handle(_ports, request) {
    const model = await changeProjectModel(request.by, request.project, parseModelSettings(request.body));
    return jsonAnswer(200, representModelSettings(model, undefined, `${projectModelUrl(request)}/settings`));
  },
};

import type { ProjectRoute } from "../../../http/routes/subjects/project.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getProjectModel } from "../../../operations/branch-rules/branching-models.ts";
import { representBranchingModel, representModelBranch } from "../../../representations/branching-model.ts";
import { projectModelUrl } from "./project-model-url.ts";

export const getProjectBranchingModelRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/branching-model",
  apiTokenScopes: ["read:repository:bitbucket"],
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
      representBranchingModel("project_branching_model", model, branches, projectModelUrl(request)),
    );
  },
};

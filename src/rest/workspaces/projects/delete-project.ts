import type { ProjectRoute } from "../../../http/routes/subjects/project.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { deleteProject } from "../../../operations/projects/projects.ts";

export const deleteProjectRoute: ProjectRoute = {
  subject: "project",
  method: "DELETE",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}",
  apiTokenScopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle(ports, { by, project }) {
    await deleteProject(ports, by, project);
    return noContentAnswer();
  },
};

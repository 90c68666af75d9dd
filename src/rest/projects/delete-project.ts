import { noContentAnswer } from "../../http/answer.ts";
import type { ProjectRoute } from "../../http/route.ts";
import { deleteProject } from "../../operations/projects.ts";

export const deleteProjectRoute: ProjectRoute = {
  subject: "project",
  method: "DELETE",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}",
  scopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle(ports, { project }) {
    await deleteProject(ports, project);
    return noContentAnswer();
  },
};

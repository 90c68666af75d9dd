import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { createProject } from "../../../operations/projects/projects.ts";
import { projectApiUrl, representProject } from "../../../representations/project.ts";
import { ProjectBody, parseProjectBody, requiredProjectKey, requiredProjectName } from "./project-body.ts";

export const createProjectRoute: WorkspaceRoute<typeof ProjectBody> = {
  subject: "workspace",
  method: "POST",
  path: "/2.0/workspaces/{workspace}/projects",
  apiTokenScopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "own",
  body: ProjectBody,
  async handle(ports, { by, workspace, body, baseUrls }) {
    const project = await createProject(ports, by, workspace, {
      ...parseProjectBody(body),
      name: requiredProjectName(body.name),
      key: requiredProjectKey("key", body.key),
    });
    const location = projectApiUrl(baseUrls, workspace, project);
    return jsonAnswer(201, representProject(project, workspace, false, baseUrls), { location });
  },
};

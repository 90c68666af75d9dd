import type { ProjectRoute } from "../../../http/routes/subjects/project.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representProject } from "../../../representations/project.ts";
import { findHasPublicRepositories } from "../../../storage/sql/projects/projects.ts";

export const getProjectRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}",
  apiTokenScopes: ["read:project:bitbucket"],
  oauthScopes: ["project"],
  permission: "see",
  async handle({ database }, { workspace, project, baseUrls }) {
    const hasPublic = await findHasPublicRepositories(database.kysely, project.uuid);
    return jsonAnswer(200, representProject(project, workspace, hasPublic, baseUrls));
  },
};

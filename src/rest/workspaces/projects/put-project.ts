import type { ProjectOrNewRoute } from "../../../http/routes/subjects/project-or-new.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { invalidField } from "../../../model/failure.ts";
import { changeProject, createProject } from "../../../operations/projects/projects.ts";
import { projectApiUrl, representProject } from "../../../representations/project.ts";
import { findHasPublicRepositories } from "../../../storage/sql/projects/projects.ts";
import { ProjectBody, parseProjectBody, requiredProjectKey, requiredProjectName } from "./project-body.ts";

/** Updates a project, or creates it if it does not exist. After a change of the key the answer has the new URL. */
export const putProjectRoute: ProjectOrNewRoute<typeof ProjectBody> = {
  subject: "project-or-new",
  method: "PUT",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}",
  successStatuses: [200, 201],
  apiTokenScopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  permissionToCreate: "own",
  body: ProjectBody,
  async handle(ports, { by, workspace, project, params, body, baseUrls }) {
    const input = parseProjectBody(body);
    if (project === undefined) {
      const key = requiredProjectKey("project_key", params.project_key);
      // The reference: "key should not be specified in the body". The same key is accepted.
      if (input.key !== undefined && input.key !== key)
        throw invalidField("key", "is not the key of the URL");
      const name = requiredProjectName(input.name);
      const created = await createProject(ports, by, workspace, { ...input, name, key });
      const location = projectApiUrl(baseUrls, workspace, created);
      return jsonAnswer(201, representProject(created, workspace, false, baseUrls), { location });
    }
    const changed = await changeProject(ports, by, workspace, project, input);
    const hasPublic = await findHasPublicRepositories(ports.database.kysely, project.uuid);
    const isMoved = changed.key !== project.key;
    const headers = isMoved ? { location: projectApiUrl(baseUrls, workspace, changed) } : {};
    return jsonAnswer(200, representProject(changed, workspace, hasPublic, baseUrls), headers);
  },
};

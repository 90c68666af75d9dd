import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import { representProject } from "../../../representations/project.ts";
import { listProjects } from "../../../storage/sql/projects/projects.ts";

export const listProjectsRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/projects",
  apiTokenScopes: ["read:project:bitbucket"],
  oauthScopes: ["project"],
  readsFilter: true,
  permission: "see",
  async handle({ database }, { workspace, caller, baseUrls, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listProjects(database.kysely, {
      workspaceUuid: workspace.uuid,
      viewer: viewerOf(caller),
      page,
      pagelen,
      ...readFilterAndSort(query),
    });
    const shown = values.map(({ project, hasPublicRepositories }) =>
      representProject(project, workspace, hasPublicRepositories, baseUrls),
    );
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};

import type { Filter } from "../../../model/filter.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import { listRepositories } from "../../../storage/sql/repositories/repositories.ts";
import { projectTexts } from "../../catalogue/projects.ts";
import { html } from "../../html.ts";
import { empty } from "../../layout/empty.ts";
import { pager, readPage } from "../../layout/pager.ts";
import { workspacePlace } from "../../layout/place.ts";
import { repositoryList, visibilityTag } from "../../layout/repository-list.ts";
import { projectPath, withQuery, workspacePath } from "../../links.ts";
import { type ProjectPage, page } from "../../page.ts";

const texts = projectTexts;
const PAGELEN = 50;

/** A project with its repositories. */
export const projectPage: ProjectPage = {
  path: "/{workspace}/workspace/projects/{project_key}",
  subject: "project",
  permission: "see",
  async get({ database }, request) {
    const { t, workspace, member, project, caller, query, path } = request;
    const asked = readPage(query);
    const filter: Filter = {
      kind: "comparison",
      field: "project.key",
      operator: "=",
      value: { kind: "text", text: project.key },
    };
    const { values, size } = await listRepositories(database.kysely, {
      workspaceUuid: workspace.uuid,
      viewer: viewerOf(caller),
      filter,
      sort: { field: "updated_on", direction: "desc" },
      page: asked,
      pagelen: PAGELEN,
    });
    const isOwner = member?.role === "owner";
    const mayCreate = isOwner || member?.repositoryPermission === "admin";
    const createPath = withQuery(workspacePath(workspace, "new/repository"), { project: project.uuid });
    const create = mayCreate
      ? html`<a class="btn main" href="${createPath}">${t(texts.createRepository)}</a>`
      : undefined;
    const settings =
      isOwner &&
      html`<a class="btn" href="${projectPath(workspace, project)}/settings">${t(texts.settings)}</a>`;
    return page({
      title: html`${project.name} · ${workspace.slug}`,
      place: workspacePlace(request, "projects"),
      main: html`<div class="head"><h1><bdi>${project.name}</bdi></h1><span class="acts">${settings}${create}</span></div>
<p class="lead"><code>${project.key}</code> ${visibilityTag(request, project)}${project.description !== "" && html` <span dir="auto">${project.description}</span>`}</p>
${values.length > 0 ? repositoryList(request, values, { isOfOneWorkspace: true }) : empty(t(texts.noRepositories))}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`,
    });
  },
};

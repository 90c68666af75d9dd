import { viewerOf } from "../../../model/who-acts.ts";
import { listProjects } from "../../../storage/sql/projects/projects.ts";
import { projectTexts } from "../../catalogue/projects.ts";
import { html } from "../../html.ts";
import { empty } from "../../layout/empty.ts";
import { ledger } from "../../layout/ledger.ts";
import { pager, readPage } from "../../layout/pager.ts";
import { workspacePlace } from "../../layout/place.ts";
import { visibilityTag } from "../../layout/repository-list.ts";
import { timeAgo } from "../../layout/time.ts";
import { projectPath, workspacePath } from "../../links.ts";
import { page, type WorkspacePage } from "../../page.ts";

const texts = projectTexts;
const PAGELEN = 50;

/** The projects of a workspace that its reader may see. */
export const projectsPage: WorkspacePage = {
  path: "/{workspace}/workspace/projects",
  subject: "workspace",
  permission: "see",
  async get({ database }, request) {
    const { t, workspace, member, caller, query, path } = request;
    const asked = readPage(query);
    const options = {
      workspaceUuid: workspace.uuid,
      viewer: viewerOf(caller),
      page: asked,
      pagelen: PAGELEN,
    };
    const { values, size } = await listProjects(database.kysely, options);
    const create =
      member?.role === "owner"
        ? html`<a class="btn main" href="${workspacePath(workspace, "new/project")}">${t(texts.create)}</a>`
        : undefined;
    const columns = [
      { label: t(texts.project) },
      { label: t(texts.key) },
      { label: t(texts.visibility) },
      { label: t(texts.updated), isEnd: true },
    ];
    const rows = values.map(({ project }) => [
      html`<a href="${projectPath(workspace, project)}"><bdi>${project.name}</bdi></a>`,
      html`<code>${project.key}</code>`,
      visibilityTag(request, project),
      timeAgo(request, project.updatedAt),
    ]);
    return page({
      title: html`${t(texts.title)} · ${workspace.slug}`,
      place: workspacePlace(request, "projects"),
      main: html`<div class="head"><h1>${t(texts.title)}</h1>${values.length > 0 && create}</div>
${values.length > 0 ? ledger(columns, rows) : empty(t(texts.none.title), t(texts.none.text), create)}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`,
    });
  },
};

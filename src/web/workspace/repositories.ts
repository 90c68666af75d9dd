import { viewerOf } from "../../model/who-acts.ts";
import { listRepositories } from "../../storage/sql/repositories/repositories.ts";
import { listTexts } from "../catalogue/lists.ts";
import { workspaceRepositoriesTexts } from "../catalogue/workspace-repositories.ts";
import { html } from "../html.ts";
import { empty, noMatch } from "../layout/empty.ts";
import { pager, readPage } from "../layout/pager.ts";
import { workspacePlace } from "../layout/place.ts";
import { hasName, readSearch, repositoryList } from "../layout/repository-list.ts";
import { workspacePath } from "../links.ts";
import { page, type WorkspacePage } from "../page.ts";

const PAGELEN = 50;

/** The repositories of a workspace that its reader may see. */
export const repositoriesPage: WorkspacePage = {
  path: "/{workspace}/workspace/repositories",
  subject: "workspace",
  permission: "see",
  async get({ database }, request) {
    const { t, workspace, member, caller, query, path } = request;
    const q = readSearch(query);
    const asked = readPage(query);
    const { values, size } = await listRepositories(database.kysely, {
      workspaceUuid: workspace.uuid,
      viewer: viewerOf(caller),
      filter: q === "" ? undefined : hasName(q),
      sort: { field: "updated_on", direction: "desc" },
      page: asked,
      pagelen: PAGELEN,
    });
    const texts = workspaceRepositoriesTexts;
    const mayCreate = member?.role === "owner" || member?.repositoryPermission === "admin";
    const create = html`<a class="btn main" href="${workspacePath(workspace, "new/repository")}">${t(texts.create)}</a>`;
    const here = workspacePath(workspace, "repositories");
    return page({
      title: html`${t(texts.title)} · ${workspace.slug}`,
      place: workspacePlace(request, "repositories"),
      main: html`<div class="head"><h1><bdi>${workspace.name}</bdi></h1>${mayCreate && html`<div class="acts"><a class="btn" href="${workspacePath(workspace, "new/import")}">${t(texts.import)}</a>${create}</div>`}</div>
${(size > 0 || q !== "") && html`<form class="filters" method="get" role="search"><div class="grow"><label for="q">${t(texts.search)}</label><input id="q" name="q" value="${q}" autocomplete="off"></div><button>${t(listTexts.filter)}</button></form>`}
${
  values.length > 0
    ? html`<p class="dim small after">${t(texts.count, { n: size })}</p>${repositoryList(request, values)}`
    : q !== ""
      ? noMatch(t, q, here)
      : empty(t(texts.none.title), t(texts.none.text), mayCreate ? create : undefined)
}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`,
    });
  },
};

import { viewerOf } from "../model/who-acts.ts";
import type { Ports } from "../ports.ts";
import { listRepositories } from "../storage/sql/repositories/repositories.ts";
import { listWorkspacesOf } from "../storage/sql/workspaces/workspaces.ts";
import { homeTexts } from "./catalogue/home.ts";
import { listTexts } from "./catalogue/lists.ts";
import { type Html, html } from "./html.ts";
import { empty, noMatch } from "./layout/empty.ts";
import { pager, readPage } from "./layout/pager.ts";
import { hasName, readSearch, repositoryList } from "./layout/repository-list.ts";
import { workspacePath } from "./links.ts";
import { type OpenPage, type PageRequest, page } from "./page.ts";

const PAGELEN = 50;
const WORKSPACES_MAX = 30;

/** For who is signed in, their repositories; for others, what this server is. */
export const homePage: OpenPage = {
  path: "/",
  subject: "open",
  async get(ports, request) {
    const { t, account } = request;
    return account === undefined
      ? page({ title: t(homeTexts.stranger.title), main: describeServer(request) })
      : page({ title: t(homeTexts.title), main: await describeOwn(ports, request) });
  },
};

function describeServer({ t, baseUrls }: PageRequest): Html {
  const texts = homeTexts.stranger;
  return html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>
<div class="flow"><div class="acts"><a class="btn main" href="/-/sign-in">${t(texts.signIn)}</a><a class="btn" href="/-/help/api-tokens">${t(texts.help)}</a></div>
<section class="block" aria-labelledby="clone"><h2 id="clone">${t(texts.clone)}</h2><div class="cmd"><pre>git clone ${baseUrls.html}/WORKSPACE/REPOSITORY.git</pre></div></section>
<section class="block" aria-labelledby="rest"><h2 id="rest">${t(texts.rest)}</h2><div class="cmd"><pre>curl --user EMAIL ${baseUrls.api}/user</pre></div></section></div>`;
}

async function describeOwn({ database }: Ports, request: PageRequest): Promise<Html> {
  const { t, caller, query, path } = request;
  const viewer = viewerOf(caller);
  const q = readSearch(query);
  const asked = readPage(query);
  const [workspaces, repositories] = await Promise.all([
    listWorkspacesOf(database.kysely, viewer, { page: 1, pagelen: WORKSPACES_MAX }),
    listRepositories(database.kysely, {
      isEverywhere: true,
      viewer,
      role: "member",
      filter: q === "" ? undefined : hasName(q),
      sort: { field: "updated_on", direction: "desc" },
      page: asked,
      pagelen: PAGELEN,
    }),
  ]);
  const { size, values } = repositories;
  return html`<div class="head"><h1>${t(homeTexts.title)}</h1><a class="btn" href="/-/new/workspace">${t(homeTexts.none.create)}</a></div>
${workspaces.values.length > 0 && html`<nav class="counts" aria-labelledby="workspaces"><span class="small" id="workspaces">${t(homeTexts.workspaces)}</span>${workspaces.values.map(({ workspace }) => html`<a href="${workspacePath(workspace, "repositories")}"><bdi>${workspace.name}</bdi></a>`)}</nav>`}
${(size > 0 || q !== "") && html`<form class="filters" method="get" role="search"><div class="grow"><label for="q">${t(homeTexts.search)}</label><span class="hint" id="q-hint">${t(homeTexts.searchHint)}</span><input id="q" name="q" value="${q}" autocomplete="off" aria-describedby="q-hint"></div><button>${t(listTexts.filter)}</button></form>`}
${
  values.length > 0
    ? html`<p class="dim small after">${t(homeTexts.count, { n: size })}</p>${repositoryList(request, values)}`
    : q !== ""
      ? noMatch(t, q, "/")
      : empty(
          t(homeTexts.none.title),
          t(homeTexts.none.text),
          html`<a class="btn main" href="/-/new/workspace">${t(homeTexts.none.create)}</a>`,
        )
}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`;
}

import { findNamedRepository } from "../http/routes/named-subjects.ts";
import type { Filter } from "../model/filter.ts";
import { parsePullRequestId } from "../model/pull-request.ts";
import { viewerOf } from "../model/who-acts.ts";
import type { Ports } from "../ports.ts";
import { listRepositories } from "../storage/sql/repositories/repositories.ts";
import { listWorkspacesOf } from "../storage/sql/workspaces/workspaces.ts";
import { goToTexts } from "./catalogue/go-to.ts";
import { type Html, html } from "./html.ts";
import { noMatch } from "./layout/empty.ts";
import { hasName, readSearch, repositoryList } from "./layout/repository-list.ts";
import { pullRequestPath, repositoryPath, workspacePath } from "./links.ts";
import { type AccountPage, type AccountPageRequest, page, redirect } from "./page.ts";

const SHOWN_MAX = 20;

/** One field that leads to everything with a name. */
export const goToPage: AccountPage = {
  path: "/-/go-to",
  subject: "account",
  async get(ports, request) {
    const { t, query } = request;
    const q = readSearch(query);
    const exact = q === "" ? undefined : await findExact(ports, request, q);
    if (exact !== undefined) return redirect(exact);
    return page({
      title: t(goToTexts.title),
      main: html`<h1>${t(goToTexts.title)}</h1>
<form class="filters after" method="get" role="search"><div class="grow"><label for="q">${t(goToTexts.label)}</label><span class="hint" id="q-hint">${t(goToTexts.hint)}</span><input id="q" name="q" value="${q}" autocomplete="off" autofocus aria-describedby="q-hint"></div><button class="main">${t(goToTexts.go)}</button></form>
${q !== "" && (await describeFound(ports, request, q))}`,
    });
  },
};

/** What the text names in full, if its reader may see it. */
async function findExact(
  ports: Ports,
  { admission }: AccountPageRequest,
  text: string,
): Promise<string | undefined> {
  const [name = "", number] = text.split("#", 2);
  const [workspace = "", repo_slug = "", ...rest] = name.split("/");
  if (repo_slug === "" || rest.length > 0 || /\.\.|[\\\p{Cc}]/u.test(name)) return undefined;
  const repository = await findNamedRepository(ports, { workspace, repo_slug });
  if (repository === undefined || !(await admission.maySee(repository))) return undefined;
  const id = number === undefined ? undefined : parsePullRequestId(number);
  return id === undefined ? repositoryPath(repository) : pullRequestPath(repository, id);
}

async function describeFound({ database }: Ports, request: AccountPageRequest, q: string): Promise<Html> {
  const { t, caller } = request;
  const viewer = viewerOf(caller);
  const named: Filter = {
    kind: "or",
    filters: (["slug", "name"] as const).map((field) => ({
      kind: "comparison",
      field,
      operator: "~",
      value: { kind: "text", text: q },
    })),
  };
  const [workspaces, repositories] = await Promise.all([
    listWorkspacesOf(database.kysely, viewer, { filter: named, page: 1, pagelen: SHOWN_MAX }),
    listRepositories(database.kysely, {
      isEverywhere: true,
      viewer,
      filter: hasName(q),
      sort: { field: "updated_on", direction: "desc" },
      page: 1,
      pagelen: SHOWN_MAX,
    }),
  ]);
  if (workspaces.size + repositories.size === 0) return noMatch(t, q, "/-/go-to");
  const { size, values } = repositories;
  return html`${workspaces.size > 0 && html`<section class="block after" aria-labelledby="workspaces"><h2 id="workspaces">${t(goToTexts.workspaces)}</h2><ul>${workspaces.values.map(({ workspace }) => html`<li><a href="${workspacePath(workspace, "repositories")}"><bdi>${workspace.name}</bdi></a> <span class="dim m">${workspace.slug}</span></li>`)}</ul></section>`}
${size > 0 && html`<section class="block after" aria-labelledby="repositories"><h2 id="repositories">${t(goToTexts.repositories)}</h2>${size > SHOWN_MAX && html`<p class="dim small">${t(goToTexts.more, { n: size })}</p>`}${repositoryList(request, values)}</section>`}`;
}

import { type FoundFiles, findFiles } from "../../operations/source/find-files.ts";
import { findPathAtCommit } from "../../operations/source/source.ts";
import { sourceTexts } from "../catalogue/source.ts";
import { type Html, html } from "../html.ts";
import { noMatch } from "../layout/empty.ts";
import { repositoryPlace } from "../layout/place.ts";
import { visibleText } from "../layout/visible-text.ts";
import { repositoryPath, sourcePath, withQuery } from "../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest, redirect } from "../page.ts";

const SHOWN_MAX = 200;
const QUERY_LENGTH_MAX = 255;

/** Files of a revision by a part of their path. */
export const filesPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/files",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { t, repository, query, signal, takeSlot } = request;
    const revision = query.get("at") || repository.mainBranch;
    if (revision === undefined) return redirect(repositoryPath(repository));
    const { commit } = await findPathAtCommit(ports, repository, revision, "");
    const q = (query.get("q") ?? "").trim().slice(0, QUERY_LENGTH_MAX).toWellFormed();
    const found = await findFiles(ports, repository, commit, { text: q, limit: SHOWN_MAX, signal, takeSlot });
    const texts = sourceTexts.files;
    return page({
      title: html`${t(texts.title)} · ${visibleText(revision)} · ${repository.workspace.slug}/${repository.slug}`,
      place: repositoryPlace(request, "files"),
      main: html`<div class="head"><h1>${t(texts.title)}</h1><a class="m" href="${sourcePath(repository, "src", revision)}">${visibleText(revision)}</a></div>
<form class="filters" method="get" role="search"><div class="grow"><label for="q">${t(texts.label)}</label><input id="q" name="q" value="${q}" autocomplete="off" autocapitalize="off" spellcheck="false" data-key="/" aria-describedby="q-hint"></div>${query.has("at") && html`<input type="hidden" name="at" value="${revision}">`}<button class="main">${t(texts.find)}</button><span class="hint" id="q-hint">${t(texts.hint)}</span></form>
${describeFound(request, revision, q, found)}`,
    });
  },
};

function describeFound(
  { t, repository, query }: RepositoryPageRequest,
  revision: string,
  q: string,
  found: FoundFiles,
): Html {
  const texts = sourceTexts.files;
  const { paths, count, searched, isCut } = found;
  const cut = isCut && html`<p class="note">${t(texts.cut, { n: searched })}</p>`;
  if (count === 0 && q !== "")
    return html`${cut}${noMatch(t, q, withQuery(repositoryPath(repository, "files"), { at: query.get("at") ?? undefined }))}`;
  const shown =
    paths.length < count ? t(texts.first, { a: paths.length, n: count }) : t(texts.count, { n: count });
  return html`<p class="dim small after">${shown}</p>${cut}<table class="ledger tight files"><caption class="vh">${t(texts.title)}</caption><thead class="vh"><tr><th scope="col">${t(sourceTexts.path)}</th></tr></thead><tbody>${paths.map(
    (path) =>
      html`<tr><td class="m"><a href="${sourcePath(repository, "src", revision, path)}">${visibleText(path)}</a></td></tr>`,
  )}</tbody></table>`;
}

import { sourceTexts } from "../../catalogue/source.ts";
import { type Html, html, joined, NOTHING } from "../../html.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { repositoryPath, sourcePath, withQuery } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";
import type { FoundSource, SourceView } from "./find-source.ts";
import { type RefNames, revisionForm } from "./revision-form.ts";

/** The path with one link for each folder, the choice of a branch, and the way to another file. */
export function sourceHead(
  request: Pick<RepositoryPageRequest, "t" | "repository">,
  source: FoundSource,
  names: RefNames,
  view: SourceView = "src",
): Html {
  const { t } = request;
  return html`<div class="head"><h1 class="path">${entryPath(request, source)}</h1><div class="acts">${revisionForm(request, names, source, view)}<a class="btn" data-key="t" href="${filesPath(request, source.revision)}">${t(sourceTexts.goToFile)}</a></div></div>`;
}

function entryPath({ repository }: Pick<RepositoryPageRequest, "repository">, source: FoundSource): Html {
  const parts = source.path === "" ? [] : source.path.split("/");
  const link = (path: string, name: Html) =>
    html`<a href="${sourcePath(repository, "src", source.revision, path)}">${name}</a>`;
  const above = [
    link("", html`${repository.slug}`),
    ...parts.slice(0, -1).map((name, index) => link(parts.slice(0, index + 1).join("/"), visibleText(name))),
  ];
  const last = parts.at(-1);
  if (last === undefined) return html`<b>${repository.slug}</b>`;
  return html`${joined([...above, html`<b dir="auto">${visibleText(last)}</b>`], html` <span class="dim">/</span> `)}`;
}

/** Where one goes to a file of this revision. */
export function filesPath(
  { repository }: Pick<RepositoryPageRequest, "repository">,
  revision: string,
): string {
  return withQuery(repositoryPath(repository, "files"), {
    at: revision === repository.mainBranch ? undefined : revision,
  });
}

/** `src/commits.ts · main · acme/demo`, for the title of the document. */
export function sourceTitle(
  { repository }: Pick<RepositoryPageRequest, "repository">,
  { path, revision }: Pick<FoundSource, "path" | "revision">,
): Html {
  const place = `${repository.workspace.slug}/${repository.slug}`;
  return html`${path === "" ? NOTHING : html`${visibleText(path)} · `}${visibleText(revision)} · ${place}`;
}

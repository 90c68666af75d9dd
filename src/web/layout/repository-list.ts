import type { Filter } from "../../model/filter.ts";
import type { Repository } from "../../model/repository.ts";
import { repositoryTexts } from "../catalogue/repositories.ts";
import { type Html, html } from "../html.ts";
import { projectPath, repositoryPath, workspacePath } from "../links.ts";
import type { PageRequest } from "../page.ts";
import { timeAgo } from "./time.ts";

/** A table of repositories, with their workspaces unless all are of one. */
export function repositoryList(
  request: Pick<PageRequest, "t" | "language" | "now">,
  repositories: readonly Repository[],
  { isOfOneWorkspace = false } = {},
): Html {
  const { t } = request;
  const texts = repositoryTexts;
  return html`<table role="table" class="ledger stack"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${t(texts.repository)}</th><th role="columnheader" scope="col">${t(texts.project)}</th><th role="columnheader" scope="col">${t(texts.visibility)}</th><th role="columnheader" scope="col" class="end">${t(texts.updated)}</th></tr></thead><tbody role="rowgroup">
${repositories.map(
  (repository) =>
    html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(texts.repository)}"><span class="m">${!isOfOneWorkspace && html`<a class="dim" href="${workspacePath(repository.workspace, "repositories")}">${repository.workspace.slug}</a> / `}<a href="${repositoryPath(repository)}"><b>${repository.slug}</b></a></span>${repository.description !== "" && html`<span class="sub" dir="auto">${shortened(repository.description)}</span>`}</th><td role="cell" data-l="${t(texts.project)}"><div><a href="${projectPath(repository.workspace, repository.project)}"><bdi>${repository.project.name}</bdi></a></div></td><td role="cell" data-l="${t(texts.visibility)}"><div>${visibilityTag(request, repository)}</div></td><td role="cell" class="end dim" data-l="${t(texts.updated)}"><div>${timeAgo(request, repository.updatedAt)}</div></td></tr>`,
)}</tbody></table>`;
}

export function visibilityTag(
  { t }: Pick<PageRequest, "t">,
  { isPrivate }: { readonly isPrivate: boolean },
): Html {
  return html`<span class="tag">${t(isPrivate ? repositoryTexts.private : repositoryTexts.public)}</span>`;
}

const DESCRIPTION_LENGTH_MAX = 200;

function shortened(text: string): string {
  return text.length <= DESCRIPTION_LENGTH_MAX ? text : `${text.slice(0, DESCRIPTION_LENGTH_MAX)}…`;
}

const SEARCH_LENGTH_MAX = 200;

/** `?q=`: what is looked for, empty for nothing. */
export function readSearch(query: URLSearchParams): string {
  return (query.get("q") ?? "").toWellFormed().replaceAll("\0", "").trim().slice(0, SEARCH_LENGTH_MAX);
}

/** By a part of the full name, in any case. */
export function hasName(text: string): Filter {
  return { kind: "comparison", field: "full_name", operator: "~", value: { kind: "text", text } };
}

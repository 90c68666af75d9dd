import type { RepositoryName } from "../../model/repository.ts";
import { listTexts } from "../catalogue/lists.ts";
import { type Html, html } from "../html.ts";
import { repositoryPath } from "../links.ts";
import type { Translate } from "../translate.ts";

/** What is not there, why one would want it, and one way to it: drawn as an empty ledger. */
export function empty(title: Html, text?: Html, act?: Html): Html {
  return html`<div class="empty"><h2>${title}</h2>${text && html`<p>${text}</p>`}${act}</div>`;
}

/** The way out of an empty repository: its first page has the commands. */
export function howToPush(t: Translate, repository: RepositoryName): Html {
  return html`<a class="btn" href="${repositoryPath(repository)}">${t(listTexts.howToPush)}</a>`;
}

/** A filter without results: which one, and the way out of it. */
export function noMatch(t: Translate, filter: string, clearPath: string): Html {
  const q = html`<bdi>${filter}</bdi>`;
  return html`<div class="empty"><h2>${t(listTexts.noMatch, { q })}</h2><p><a class="btn" href="${clearPath}">${t(listTexts.clear)}</a></p></div>`;
}

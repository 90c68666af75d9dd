import { listTexts } from "../catalogue/lists.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { withQuery } from "../links.ts";
import type { Translate } from "../translate.ts";

/** What is shown of a list, by number of page. */
export type PageOfList = {
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
  /** How many there are in all. */
  readonly size: number;
};

/** Pages beyond it are not asked for: counting that far costs more than a filter. */
const PAGE_MAX = 10_000;

/** `?page=` of an address; 1 for anything else. */
export function readPage(query: URLSearchParams): number {
  const page = Number(query.get("page") ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= PAGE_MAX ? page : 1;
}

/** Left what is shown, right the pages before and after. Nothing for a list that fits. */
export function pager(t: Translate, { page, pagelen, size }: PageOfList, path: string): Html {
  if (size <= pagelen && page === 1) return NOTHING;
  const [before, query = ""] = path.split("?", 2);
  const kept = Object.fromEntries(new URLSearchParams(query));
  const link = (to: number) => withQuery(before!, { ...kept, page: to === 1 ? undefined : to });
  const from = Math.min(size, (page - 1) * pagelen + 1);
  const until = Math.min(size, page * pagelen);
  return html`<nav class="pager" aria-label="${t(listTexts.pages)}"><span class="dim num">${t(listTexts.shown, { a: from, b: until, n: size })}</span><span class="acts">${page > 1 && html`<a class="btn" rel="prev" href="${link(page - 1)}">${t(listTexts.previous)}</a>`}${until < size && html`<a class="btn" rel="next" href="${link(page + 1)}">${t(listTexts.next)}</a>`}</span></nav>`;
}

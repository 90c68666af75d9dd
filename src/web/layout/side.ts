import { current, type Html, html } from "../html.ts";
import type { Entry, Translate } from "../translate.ts";

export type SideGroup = {
  readonly title: Entry;
  readonly links: readonly { readonly href: string; readonly label: Entry }[];
};

/**
 * A page of settings: the list of all of them at its side. `path` is that of the page. On a narrow screen the list would take
 * three lines before the page begins, and is folded; the stylesheet opens it elsewhere.
 */
export function withSide(
  t: Translate,
  {
    label,
    groups,
    path,
  }: { readonly label: Entry; readonly groups: readonly SideGroup[]; readonly path: string },
  main: Html,
): Html {
  const here = path.split("?", 1)[0]!;
  // A page may lie below another one of the list: the longest address is meant.
  const [shown] = groups
    .flatMap(({ links }) => links.map(({ href }) => href))
    .filter((href) => here === href || here.startsWith(`${href}/`))
    .toSorted((a, b) => b.length - a.length);
  return html`<div class="split"><nav class="side" aria-label="${t(label)}"><details><summary>${t(label)}</summary>${groups.map(
    ({ title, links }) =>
      html`<h2>${t(title)}</h2><ul>${links.map(
        (link) => html`<li><a href="${link.href}"${current(link.href === shown)}>${t(link.label)}</a></li>`,
      )}</ul>`,
  )}</details></nav>
<div>${main}</div></div>`;
}

import type { Ports } from "../../../ports.ts";
import {
  listPullRequests,
  type PullRequestListSubject,
} from "../../../storage/sql/pull-requests/pull-requests.ts";
import { pullRequestListTexts as texts } from "../../catalogue/pull-requests.ts";
import { type Html, html } from "../../html.ts";
import { withQuery } from "../../links.ts";
import type { PageRequest } from "../../page.ts";
import { pullRequestTable, readListed } from "./pull-request-table.ts";

const SHOWN_MAX = 25;
const PAGE_MAX = 10_000;

type SectionOptions = {
  /** Of the heading; the parameter of the address that pages through the section has it too. */
  readonly id: string;
  readonly title: Html;
  readonly nothing: Html;
  readonly subject: PullRequestListSubject;
  /** Path of the page. */
  readonly path: string;
};

/** The open ones of a subject over several repositories, those that changed last first, with pages of their own. */
export async function pullRequestSection(
  ports: Ports,
  request: PageRequest,
  { id, title, nothing, subject, path }: SectionOptions,
): Promise<Html> {
  const { t, query } = request;
  const asked = Number(query.get(id) ?? 1);
  const page = Number.isInteger(asked) && asked >= 1 && asked <= PAGE_MAX ? asked : 1;
  const { values, size } = await listPullRequests(ports.database.kysely, {
    ...subject,
    states: ["OPEN"],
    page,
    pagelen: SHOWN_MAX,
  });
  const listed = await readListed(ports, values);
  const link = (to: number, label: Html, rel: string) => {
    const kept = Object.fromEntries([...query].filter(([name]) => name !== id));
    return html`<a class="btn" rel="${rel}" href="${withQuery(path, { ...kept, [id]: to === 1 ? undefined : to })}#${id}">${label}</a>`;
  };
  const pages =
    size > SHOWN_MAX &&
    html`<nav class="pager" aria-label="${title}"><span class="dim num">${t(texts.results, { n: size })}</span><span class="acts">${page > 1 && link(page - 1, t(texts.newer), "prev")}${page * SHOWN_MAX < size && link(page + 1, t(texts.older), "next")}</span></nav>`;
  return html`<section class="block" aria-labelledby="${id}"><h2 id="${id}">${title} <span class="dim num">${size}</span></h2>${
    values.length === 0
      ? html`<p class="dim">${nothing}</p>`
      : pullRequestTable(request, listed, { label: title, showsRepository: true })
  }${pages}</section>`;
}

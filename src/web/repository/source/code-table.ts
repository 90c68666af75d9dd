import type { Account } from "../../../model/account.ts";
import type { BlameRun } from "../../../operations/source/blame.ts";
import type { Highlighted } from "../../../representations/highlighting/highlight.ts";
import { sourceTexts } from "../../catalogue/source.ts";
import { type Html, html, trusted } from "../../html.ts";
import { codeText } from "../../layout/code-text.ts";
import { commitAuthor } from "../../layout/commit-author.ts";
import { commitSummary } from "../../layout/commit-message.ts";
import { timeAgo } from "../../layout/time.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { commitPath } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";
import { shortId } from "../../short-id.ts";

/** The least that a line costs: a row, its number, its code. */
const NODES_PER_LINE = 3;
/** A body, a head, two links, the text with its time. */
const NODES_PER_RUN = 6;
/** Beyond this the lines of a page lose their colours. A page has 6,000 elements at most. */
const NODES_MAX = 5400;
/** Characters of a line. */
export const SHOWN_LINE_LENGTH_MAX = 5000;
const WEEK_MS = 7 * 86_400_000;
const QUARTER_MS = 90 * 86_400_000;

export type ShownLines = {
  readonly lines: readonly string[];
  /** The number of the first of them. */
  readonly first: number;
  /** Undefined: without colours. */
  readonly highlighted: Highlighted | undefined;
  /** Lines that the address points to, by number. */
  readonly hit: { readonly first: number; readonly last: number } | undefined;
  /** In the order of the lines, all of which they have. Undefined: without. */
  readonly runs: readonly BlameRun[] | undefined;
  /** Of the commits' authors, by address in lower case. */
  readonly accounts: ReadonlyMap<string, Account>;
};

/** Lines of code. Numbers are not links: a file of 5,000 lines would have as many stops of the Tab key. */
export function codeTable(request: RepositoryPageRequest, path: string, shown: ShownLines): Html {
  const { t } = request;
  const { runs } = shown;
  const name = visibleText(path);
  if (runs === undefined)
    return html`<table class="code"><caption class="vh">${t(sourceTexts.caption, { path: name })}</caption><tbody>${trusted(linesMarkup(shown).join(""))}</tbody></table>`;
  const rows = linesMarkup(shown);
  const bodies = runs.map((run) => {
    const start = run.firstLine - shown.first;
    const [first = "", ...others] = rows.slice(start, start + run.lines);
    // The cell of the commit stands in the first row of its lines.
    const [begin = "", rest = ""] = first.split(/(?<=^<tr[^>]*>)/, 2);
    return html`<tbody>${trusted(begin)}${commitCell(request, run, shown.accounts)}${trusted(rest + others.join(""))}</tbody>`;
  });
  return html`<table class="code blame"><caption class="vh">${t(sourceTexts.blameCaption, { path: name })}</caption>${bodies}</table>`;
}

function linesMarkup({ lines, first, highlighted, hit, runs = [] }: ShownLines): string[] {
  let left = NODES_MAX - lines.length * NODES_PER_LINE - runs.length * NODES_PER_RUN;
  return lines.map((whole, index) => {
    const number = first + index;
    const line = shownLine(whole);
    const coloured = codeText(line, highlighted?.tokensOf(number) ?? []);
    const { markup, nodes } = coloured.nodes <= left ? coloured : codeText(line, []);
    left -= nodes;
    const isHit = hit !== undefined && number >= hit.first && number <= hit.last;
    return `<tr id="L${number}"${isHit ? ' class="hit"' : ""}><td class="n">${number}</td><td class="c">${markup}</td></tr>\n`;
  });
}

/** Without the half of a line end that other systems write, and without what is too long. */
function shownLine(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.length <= SHOWN_LINE_LENGTH_MAX
    ? text
    : `${text.slice(0, SHOWN_LINE_LENGTH_MAX).toWellFormed()}…`;
}

function commitCell(
  request: RepositoryPageRequest,
  { commit, lines }: BlameRun,
  accounts: ShownLines["accounts"],
): Html {
  const { t, repository, now } = request;
  const age = now.getTime() - commit.committer.date.getTime();
  const kind = age < WEEK_MS ? "age1" : age < QUARTER_MS ? "age2" : "age3";
  const href = commitPath(repository, commit.id);
  const author = commitAuthor(t, commit.author, accounts);
  return html`<th class="by ${kind}" rowspan="${lines}" scope="rowgroup"><a class="msg" href="${href}">${commitSummary(t, commit)}</a><span class="msg">${t(sourceTexts.by, { author, time: timeAgo(request, commit.author.date) })}</span><a class="h" href="${href}">${shortId(commit.id)}</a></th>`;
}

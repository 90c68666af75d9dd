import { createHash } from "node:crypto";
import type { DiffHunk, DiffRow } from "../../git/diffs/read-patch.ts";
import type { FileColours } from "../../operations/source/diff-colours.ts";
import {
  type ChangedFile,
  DIFF_PAGE_LIMITS,
  type DiffPage,
  type FileDiff,
} from "../../operations/source/file-diffs.ts";
import { diffTexts } from "../catalogue/diff.ts";
import type { DiffParameters, DiffQuery } from "../diffs/diff-query.ts";
import { flag, type Hole, type Html, html, joined, NOTHING, trusted } from "../html.ts";
import { formatNumber, type Translate } from "../translate.ts";
import { sideBySideRows, unifiedRows } from "./diff-rows.ts";
import { visibleText } from "./visible-text.ts";

/** What a page puts into a diff: comments, and links to make one. Each is called in the order of the page. */
export type DiffSlots = {
  fileHead?(file: ChangedFile): Hole;
  hunkHead?(file: ChangedFile, hunk: DiffHunk): Hole;
  /** Called once for each row that is shown. What it gives stands under the row, over the whole width. */
  underLine?(file: ChangedFile, row: DiffRow): Hole;
  /** Called after the rows of the file: for what is about the file, or about lines that are not shown. */
  underFile?(file: ChangedFile): Hole;
};

export type DiffViewOptions = {
  readonly t: Translate;
  readonly query: DiffQuery;
  readonly colours: ReadonlyMap<ChangedFile, FileColours>;
  /** The page itself with other parameters. */
  address(changes: DiffParameters): string;
  /** Where the new side of the file is shown; undefined if it has none. */
  fileAddress?(file: ChangedFile): string | undefined;
  readonly slots?: DiffSlots;
  /** Elements of the page that the diff may have. What does not fit is cut, with a link to it. */
  readonly nodesMax?: number;
};

/** Of 6,000 that a page may have. */
const NODES_MAX = 5400;
/** What a file takes beside its rows. */
const FILE_NODES = 24;
const LINES_ABOVE = 12;
const CONTEXT_LINES_MAX = 10_000;

/** The place of a file on the page. */
export function fileAnchor({ path }: Pick<ChangedFile, "path">): string {
  return `file-${createHash("sha256").update(path).digest("hex").slice(0, 12)}`;
}

/** The place of a line on the page, if it is shown. */
export function lineAnchor(file: Pick<ChangedFile, "path">, side: "old" | "new", line: number): string {
  return `${fileAnchor(file)}-${side === "old" ? "o" : "n"}${line}`;
}

/** The changes between two commits: how many, how they are shown, and one part of the page for each file. */
export function diffView(page: DiffPage, options: DiffViewOptions): Html {
  const { t, query } = options;
  if (page.fileCount === 0)
    return html`${bar(page, options)}<p class="after">${t(query.ignoresWhitespace ? diffTexts.nothingButSpace : diffTexts.nothing)}</p>`;
  const state: ViewState = {
    nodesLeft: (options.nodesMax ?? NODES_MAX) - page.files.length * FILE_NODES,
    isFull: false,
  };
  const files = page.files.map((file, index) => {
    const wasFull = state.isFull;
    const shown = fileView(file, state, options);
    const startsRest = state.isFull && !wasFull && index > 0;
    return startsRest ? html`${restLink(page.firstFile + index, options)}${shown}` : shown;
  });
  return html`${bar(page, options)}${files}${pager(page, options)}`;
}

/** Becomes full with the first file of which nothing is shown any more. */
type ViewState = { nodesLeft: number; isFull: boolean };

/** `+5 −1`, as they stand beside a file. */
export function lineCounts({
  linesAdded,
  linesRemoved,
}: Pick<ChangedFile, "linesAdded" | "linesRemoved">): Html {
  return html`<span class="num"><span class="ok">+${formatNumber(linesAdded)}</span> <span class="bad">−${formatNumber(linesRemoved)}</span></span>`;
}

function bar(
  { fileCount, linesAdded, linesRemoved }: DiffPage,
  { t, query, address }: DiffViewOptions,
): Html {
  const totals = t(diffTexts.totals, {
    n: fileCount,
    added: html`<span class="ok num">+${formatNumber(linesAdded)}</span>`,
    removed: html`<span class="bad num">−${formatNumber(linesRemoved)}</span>`,
  });
  const isUnified = query.view === "unified";
  const { ignoresWhitespace } = query;
  const view = html`<a href="${address({ view: isUnified ? "side-by-side" : undefined })}">${t(isUnified ? diffTexts.sideBySide : diffTexts.unified)}</a>`;
  const space = html`<a href="${address({ whitespace: ignoresWhitespace ? undefined : "ignore", row: undefined, files: undefined })}">${t(ignoresWhitespace ? diffTexts.withSpace : diffTexts.withoutSpace)}</a>`;
  const alone =
    "path" in query.part
      ? html`<div class="bar"><span>${t(diffTexts.oneFile, { path: visibleText(query.part.path) })}</span><a class="push" href="${address({ file: undefined, row: undefined, context: undefined })}">${t(diffTexts.allFiles)}</a></div>`
      : NOTHING;
  return html`<div class="bar"><span>${totals}</span><span class="acts push">${view}${space}</span></div>${alone}`;
}

function restLink(index: number, { t, address }: DiffViewOptions): Html {
  return html`<p class="after"><a href="${address({ files: String(index + 1) })}">${t(diffTexts.showFromHere)}</a></p>`;
}

function fileView(diff: FileDiff, state: ViewState, options: DiffViewOptions): Html {
  const { file } = diff;
  const { t, slots = {} } = options;
  const content = diff.content === "lines" && state.nodesLeft <= 0 ? "later" : diff.content;
  if (content === "later") state.isFull = true;
  const isOpen = content !== "later" && content !== "large";
  const head = slots.fileHead?.(file);
  const body = content === "lines" ? linesView(diff, state, options) : wordsView(content, file, options);
  const under = slots.underFile?.(file);
  return html`<details class="box" id="${fileAnchor(file)}"${flag("open", isOpen)}><summary class="bar"><bdi class="m">${visibleText(file.path)}</bdi>${notes(file, t)}${lineCounts(file)}</summary>${head}${body}${under}</details>`;
}

/** What has become of the file as a whole. */
function notes(file: ChangedFile, t: Translate): Html {
  const { status, oldMode, newMode, oldPath } = file;
  const tags = [
    status === "added" && html`<span class="tag">${t(diffTexts.newFile)}</span>`,
    status === "removed" && html`<span class="tag">${t(diffTexts.deletedFile)}</span>`,
    file.isSubmodule && html`<span class="tag">${t(diffTexts.submodule)}</span>`,
    status === "renamed" &&
      html`<span class="dim small">${t(diffTexts.renamedFrom, { path: html`<bdi class="m">${visibleText(oldPath!)}</bdi>` })}</span>`,
    (status === "modified" || status === "renamed") &&
      oldMode !== newMode &&
      html`<span class="dim small">${t(diffTexts.mode, { old: oldMode, new: newMode })}</span>`,
  ];
  return html`${tags}`;
}

function wordsView(
  content: Exclude<FileDiff["content"], "lines">,
  file: ChangedFile,
  options: DiffViewOptions,
): Html {
  const { t, address } = options;
  const showsFile = html`<a href="${address({ file: file.path, files: undefined })}#${fileAnchor(file)}">${t(diffTexts.showFile)}</a>`;
  const words = {
    none: () => t(diffTexts.noLines),
    binary: () => t(diffTexts.binary),
    large: () => html`${t(diffTexts.large, { n: file.linesAdded + file.linesRemoved })} ${showsFile}`,
    later: () => html`${t(diffTexts.later)} ${showsFile}`,
  }[content]();
  return html`<p class="after dim">${words} ${openLink(file, options)}</p>`;
}

function openLink(file: ChangedFile, { t, fileAddress }: DiffViewOptions): Html {
  const address = fileAddress?.(file);
  return address === undefined
    ? NOTHING
    : html`<a href="${address}">${t(diffTexts.viewFile)}<span class="vh">: ${visibleText(file.path)}</span></a>`;
}

function linesView(diff: FileDiff, state: ViewState, options: DiffViewOptions): Html {
  const { file } = diff;
  const { t, query, slots = {} } = options;
  const isSideBySide = query.view === "side-by-side";
  const columns = isSideBySide ? 6 : 4;
  const writer = {
    t,
    anchor: fileAnchor(file),
    colours: options.colours.get(file),
    nodesLeft: state.nodesLeft,
    underLine: (row: DiffRow) => {
      const under = slots.underLine?.(file, row);
      if (under === undefined || under === null || under === false) return "";
      return html`<tr class="talk"><td colspan="${columns}">${under}</td></tr>`.toString();
    },
  };
  let rowsShown = 0;
  let isCut = false;
  const parts: Html[] = [];
  for (const [index, hunk] of diff.hunks.entries()) {
    if (writer.nodesLeft <= 0) {
      isCut = true;
      break;
    }
    const written = (isSideBySide ? sideBySideRows : unifiedRows)(hunk, writer);
    rowsShown += written.rows;
    isCut = written.rows < hunk.rows.length;
    parts.push(
      html`<tr class="hunk"><td colspan="${columns}">${hunkHead(diff, hunk, index, options)}</td></tr>${trusted(written.markup)}`,
    );
    if (isCut) break;
  }
  state.nodesLeft = writer.nodesLeft;
  const caption = t(diffTexts.changesIn, { path: visibleText(file.path) });
  return html`${firstRows(diff, options)}<table class="${isSideBySide ? "code diff sides" : "code diff"}"><caption class="vh">${caption}</caption>${isSideBySide && SIDES}<tbody>${parts}</tbody></table>${moreRows(diff, rowsShown, isCut, options)}`;
}

/** Their widths: the first row, which a table of fixed layout would take them from, is the head of a hunk. */
const SIDES = html`<colgroup><col class="n"><col class="sg"><col><col class="n"><col class="sg"><col></colgroup>`;

/** `@@ −13,9 +14,13 @@`, the line that git found to begin the function, and what can be done here. */
function hunkHead(diff: FileDiff, hunk: DiffHunk, index: number, options: DiffViewOptions): Html {
  const { file } = diff;
  const { t, query, address, slots = {} } = options;
  const range = `@@ −${sideOf(hunk.oldStart, hunk.oldCount)} +${sideOf(hunk.newStart, hunk.newCount)} @@`;
  const contextLines = query.contextLines + LINES_ABOVE;
  const hasAbove = Math.max(hunk.oldStart, hunk.newStart) > 1 && contextLines <= CONTEXT_LINES_MAX;
  const links = [
    hasAbove &&
      html`<a href="${address({ file: file.path, context: String(contextLines), row: undefined, files: undefined })}#${fileAnchor(file)}">${t(diffTexts.showAbove)}</a>`,
    slots.hunkHead?.(file, hunk),
    index === 0 && openLink(file, options),
  ];
  const heading = hunk.heading === "" ? NOTHING : html`<code>${visibleText(hunk.heading)}</code> `;
  return html`${range} ${heading}${joined(
    links.filter((link) => link !== undefined && link !== false && link !== NOTHING),
    " ",
  )}`;
}

/** As git writes it: a count of 1 is left out. */
function sideOf(start: number, count: number): string {
  return count === 1 ? String(start) : `${start},${count}`;
}

function firstRows({ rowsBefore, file }: FileDiff, { t, address }: DiffViewOptions): Html {
  if (rowsBefore === 0) return NOTHING;
  return html`<p class="after dim">${t(diffTexts.rowsBefore, { n: rowsBefore })} <a href="${address({ row: undefined })}#${fileAnchor(file)}">${t(diffTexts.firstLines)}</a></p>`;
}

function moreRows(
  { file, rowsBefore, hasMoreRows }: FileDiff,
  rowsShown: number,
  isCut: boolean,
  { t, address, query }: DiffViewOptions,
): Html {
  if (!hasMoreRows && !isCut) return NOTHING;
  const link =
    "path" in query.part
      ? html`<a href="${address({ row: String(rowsBefore + rowsShown + 1) })}#${fileAnchor(file)}">${t(diffTexts.moreLines)}</a>`
      : html`<a href="${address({ file: file.path, files: undefined })}#${fileAnchor(file)}">${t(diffTexts.showAll, { n: file.linesAdded + file.linesRemoved })}</a>`;
  return html`<p class="after">${link}</p>`;
}

function pager({ files, firstFile, fileCount }: DiffPage, { t, query, address }: DiffViewOptions): Html {
  const end = firstFile + files.length;
  if ("path" in query.part || (firstFile === 0 && end === fileCount)) return NOTHING;
  const size = Math.max(files.length, FILES_BACK);
  const to = (first: number) => address({ files: first === 0 ? undefined : String(first + 1) });
  const previous =
    firstFile > 0 && html`<a href="${to(Math.max(0, firstFile - size))}">${t(diffTexts.previousFiles)}</a>`;
  const next = end < fileCount && html`<a href="${to(end)}">${t(diffTexts.nextFiles)}</a>`;
  const range = t(diffTexts.range, {
    first: firstFile + 1,
    last: html`${formatNumber(end)}`,
    n: fileCount,
  });
  return html`<nav class="pager" aria-label="${t(diffTexts.pages)}"><span>${range}</span><span class="acts">${previous}${next}</span></nav>`;
}

const FILES_BACK = DIFF_PAGE_LIMITS.filesMax;

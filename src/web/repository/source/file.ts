import type { PathEntry } from "../../../git/objects/read-tree.ts";
import { findCommitAccounts } from "../../../operations/commits/commits.ts";
import { blame } from "../../../operations/source/blame.ts";
import { hasMarkup } from "../../../operations/source/render-file.ts";
import { type DescribedEntry, describeEntry, readContentSize } from "../../../operations/source/source.ts";
import type { Ports } from "../../../ports.ts";
import { highlight } from "../../../representations/highlighting/highlight.ts";
import { findLanguage } from "../../../representations/highlighting/languages.ts";
import { sourceTexts } from "../../catalogue/source.ts";
import { type Html, html, joined, NOTHING, plainText } from "../../html.ts";
import { empty } from "../../layout/empty.ts";
import { formatSize } from "../../layout/size.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { sourcePath, withQuery } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";
import { codeTable, SHOWN_LINE_LENGTH_MAX } from "./code-table.ts";
import type { FoundSource } from "./find-source.ts";
import { imageTypeOf } from "./image-type.ts";
import {
  type LineRange,
  linesOfPage,
  parseLineRange,
  rangeOfPage,
  readLines,
  SHOWN_TEXT_BYTES_MAX,
  type TextOfFile,
} from "./read-lines.ts";
import { renderDocument } from "./readme.ts";

/** Of a page of 6,000 elements. */
const RENDERED_NODES_MAX = 5000;

/** With `annotate` each line has its commit. */
export type FileView = "src" | "annotate";

type ShownFile = {
  readonly request: RepositoryPageRequest;
  readonly source: FoundSource;
  readonly described: DescribedEntry;
  readonly view: FileView;
};

/** A file as a page shows it; or where the line is that was asked for. */
export async function describeFile(
  ports: Ports,
  request: RepositoryPageRequest,
  source: FoundSource,
  entry: PathEntry,
  view: FileView,
): Promise<Html | { readonly location: string }> {
  const { repository, signal } = request;
  const described = await describeEntry(ports, repository, entry, signal);
  const contentSize = await readContentSize(ports, repository, entry);
  const file = { request, source, described, view };
  const { attributes } = described;
  const isText = !attributes.includes("binary") || attributes.includes("lfs");
  if (!isText || contentSize > SHOWN_TEXT_BYTES_MAX) return withoutText(file, isText);
  if (request.query.has("rendered") && view === "src" && isMarkup(file)) {
    const rendered = await renderDocument(ports, request, source, entry, RENDERED_NODES_MAX);
    if (rendered !== undefined) return asDocument(file, rendered);
  }
  const text = await readLines(ports, request, entry, contentSize);
  if (text.lines.length === 0) return html`${bar(file)}${empty(request.t(sourceTexts.emptyFile))}`;
  const line = parseLineRange(request.query.get("line"));
  return line === undefined ? withText(ports, file, text) : { location: lineAddress(file, text, line) };
}

function isMarkup({ source, described }: ShownFile): boolean {
  const { kind } = described.entry;
  return (kind === "file" || kind === "executable") && hasMarkup(source.path);
}

function asDocument(
  file: ShownFile,
  { content, isCut }: { readonly content: Html; readonly isCut: boolean },
): Html {
  const { request, source } = file;
  const { t, repository } = request;
  const whole = sourcePath(repository, "src", source.revision, source.path);
  return html`<div class="box readme">${bar(file)}<div class="prose" dir="auto"><h2 class="vh">${t(sourceTexts.rendered)}</h2>${content}${isCut && html`<p><a href="${whole}">${t(sourceTexts.restOfReadme)}</a></p>`}</div></div>`;
}

/** Where a line is: without a script a browser goes to it by the fragment, and a range is told to the server too. */
function lineAddress({ request, source, view }: ShownFile, { lines }: TextOfFile, asked: LineRange): string {
  const isBlamed = view === "annotate";
  const first = Math.min(asked.first, lines.length);
  const last = Math.min(asked.last, lines.length);
  const step = linesOfPage(isBlamed);
  const begin = first - ((first - 1) % step);
  const from = rangeOfPage(lines, String(begin), isBlamed).last >= first ? begin : first;
  const path = withQuery(sourcePath(request.repository, view, source.revision, source.path), {
    from: from === 1 ? undefined : from,
    lines: last > first ? `${first}-${last}` : undefined,
  });
  return `${path}#L${first}`;
}

async function withText(ports: Ports, file: ShownFile, { text, lines }: TextOfFile): Promise<Html> {
  const { request, source, described, view } = file;
  const { t, repository, query, signal, takeSlot } = request;
  const isBlamed = view === "annotate";
  const range = rangeOfPage(lines, query.get("from"), isBlamed);
  const { entry } = described;
  const isCode = entry.kind === "file" || entry.kind === "executable";
  const language = isCode ? findLanguage(source.path) : undefined;
  const at = { commit: source.commit, path: source.path };
  const wanted = { firstLine: range.first, lastLine: range.last, signal, takeSlot };
  const [highlighted, runs] = await Promise.all([
    language === undefined
      ? undefined
      : highlight(
          { id: entry.id, path: source.path, text, lineMax: range.last },
          { repositoryUuid: repository.uuid, signal },
        ),
    isBlamed && isCode ? blame(ports, repository, at, wanted) : undefined,
  ]);
  const accounts = await findCommitAccounts(
    ports,
    (runs ?? []).map(({ commit }) => commit),
  );
  const shown = lines.slice(range.first - 1, range.last);
  const table = codeTable(request, source.path, {
    lines: shown,
    first: range.first,
    highlighted,
    hit: parseLineRange(query.get("lines")),
    runs,
    accounts,
  });
  const hasLongLine = shown.some((line) => line.length > SHOWN_LINE_LENGTH_MAX);
  const facts = [
    t(sourceTexts.lines, { n: lines.length }),
    ...(language === undefined ? [] : [html`${language.title}`]),
  ];
  return html`${describeKind(file)}${isBlamed && isCode && runs === undefined && html`<p class="note">${t(sourceTexts.noBlame)}</p>`}${language !== undefined && highlighted === undefined && html`<p class="note">${t(sourceTexts.plain)}</p>`}${hasLongLine && html`<p class="note">${t(sourceTexts.cutLines, { n: SHOWN_LINE_LENGTH_MAX })}</p>`}<div class="box">${bar(file, facts, lines.length)}${table}</div>${describePart(file, range, lines.length)}`;
}

/** What is not obvious from the name. */
function describeKind({ request: { t }, described }: ShownFile): Html {
  const { entry, attributes, size = 0 } = described;
  if (entry.kind === "link") return html`<p class="note">${t(sourceTexts.linkTo)}</p>`;
  if (entry.kind === "submodule") return html`<p class="note">${t(sourceTexts.submoduleText)}</p>`;
  if (attributes.includes("lfs"))
    return html`<p class="note">${t(sourceTexts.lfs, { size: formatSize(size) })}</p>`;
  return NOTHING;
}

/** Which lines these are, and the way to the others. */
function describePart({ request, source, view }: ShownFile, { first, last }: LineRange, count: number): Html {
  const { t, repository } = request;
  if (first === 1 && last >= count) return NOTHING;
  const link = (from: number) =>
    withQuery(sourcePath(repository, view, source.revision, source.path), {
      from: from === 1 ? undefined : from,
    });
  const before = Math.max(1, first - linesOfPage(view === "annotate"));
  return html`<nav class="pager" aria-label="${t(sourceTexts.shownLines, { a: first, b: last, n: count })}"><span class="dim num">${t(sourceTexts.shownLines, { a: first, b: last, n: count })}</span><span class="acts">${first > 1 && html`<a class="btn" rel="prev" href="${link(before)}">${t(sourceTexts.linesAbove)}</a>`}${last < count && html`<a class="btn" rel="next" href="${link(last + 1)}">${t(sourceTexts.linesBelow)}</a>`}</span></nav>`;
}

/** A picture, or in words why there is none of the content. */
function withoutText(file: ShownFile, isText: boolean): Html {
  const { request, source, described } = file;
  const { t, repository } = request;
  const { size = 0 } = described;
  const raw = sourcePath(repository, "raw", source.revision, source.path);
  const name = plainText(visibleText(source.path));
  if (!isText && imageTypeOf(source.path) !== undefined && size <= SHOWN_TEXT_BYTES_MAX)
    return html`<div class="box">${bar(file)}<p class="prose after"><img src="${raw}" alt="${t(sourceTexts.image, { path: name })}"></p></div>`;
  const texts = isText ? sourceTexts.large : sourceTexts.binary;
  const holes = { size: formatSize(size), max: formatSize(SHOWN_TEXT_BYTES_MAX) };
  const download = html`<a class="btn main" download href="${raw}">${t(sourceTexts.download)}</a>`;
  return html`${bar(file)}${empty(t(texts.title), t(texts.text, holes), download)}`;
}

function bar(file: ShownFile, facts: readonly Html[] = [], lines = 0): Html {
  const { request, source, described, view } = file;
  const { t, repository } = request;
  const { entry, size = 0, attributes } = described;
  const isFile = entry.kind === "file" || entry.kind === "executable";
  const to = (page: "src" | "annotate" | "history-node" | "raw", revision = source.revision) =>
    sourcePath(repository, page, revision, source.path);
  const isRendered = request.query.has("rendered");
  const [count, ...others] = facts;
  const all = [
    ...(count === undefined ? [] : [count]),
    html`${formatSize(size)}`,
    ...others,
    ...(attributes.includes("executable") ? [t(sourceTexts.executable)] : []),
  ];
  const other = view === "src" ? "annotate" : "src";
  return html`<div class="bar"><span class="dim num">${joined(all, " · ")}</span>${lines > 0 && html`<form class="acts push" method="get" action="${to(view)}"><label for="line" class="small">${t(sourceTexts.line)}</label><input id="line" name="line" inputmode="numeric" size="6" autocomplete="off"><button>${t(sourceTexts.go)}</button></form>`}<span class="acts${lines > 0 ? "" : " push"}">${!source.isPermanent && html`<a data-key="y" href="${to(view, source.commit)}">${t(sourceTexts.permalink)}</a>`}${isFile && lines > 0 && html`<a href="${to(other)}">${t(view === "src" ? sourceTexts.blame : sourceTexts.hideBlame)}</a>`}${view === "src" && isMarkup(file) && html`<a href="${isRendered ? to("src") : withQuery(to("src"), { rendered: 1 })}">${t(isRendered ? sourceTexts.code : sourceTexts.rendered)}</a>`}<a href="${to("history-node")}">${t(sourceTexts.history)}</a><a href="${to("raw")}">${t(sourceTexts.raw)}</a></span></div>`;
}

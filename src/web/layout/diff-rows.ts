import type { DiffHunk, DiffRow } from "../../git/diffs/read-patch.ts";
import type { FileColours } from "../../operations/source/diff-colours.ts";
import {
  type ChangedWords,
  findChangedWords,
  type TextRange,
} from "../../representations/diffs/changed-words.ts";
import type { Token } from "../../representations/highlighting/encoded-tokens.ts";
import { diffTexts } from "../catalogue/diff.ts";
import type { Translate } from "../translate.ts";
import { codeText, type Mark } from "./code-text.ts";

export type RowWriter = {
  readonly t: Translate;
  /** Of the file: lines have their ids below it. */
  readonly anchor: string;
  readonly colours: FileColours | undefined;
  /** Markup of a row that stands under a line; empty if there is none. */
  underLine(row: DiffRow): string;
  /** Elements that may still be written. The last row may go beyond it. */
  nodesLeft: number;
};

/** `rows` of the hunk have been written: all, unless no nodes were left. */
export type WrittenRows = { readonly markup: string; readonly rows: number };

const ROW_NODES = 6;
const SIDES_NODES = 9;

/** One line below the other: old number, new number, sign, code. */
export function unifiedRows({ rows }: DiffHunk, writer: RowWriter): WrittenRows {
  const words = findWords(rows);
  let markup = "";
  let written = 0;
  for (const row of rows) {
    if (writer.nodesLeft <= 0) break;
    const [name, sign] = signOf(row, writer);
    const code = codeCell(row, words, writer);
    writer.nodesLeft -= ROW_NODES;
    markup += `<tr${name === "" ? "" : ` class="${name}"`}>${numberCell(row, "old", writer)}${numberCell(row, "new", writer)}<td class="sg">${sign}</td><td class="c">${code}</td></tr>${writer.underLine(row)}`;
    written += 1;
  }
  return { markup, rows: written };
}

/** The old line at the left, the new one that takes its place at the right. */
export function sideBySideRows({ rows }: DiffHunk, writer: RowWriter): WrittenRows {
  const words = findWords(rows);
  let markup = "";
  let written = 0;
  for (const { left, right, rows: count } of pairSides(rows)) {
    if (writer.nodesLeft <= 0) break;
    const cells = [sideCells(left, "old", words, writer), sideCells(right, "new", words, writer)];
    writer.nodesLeft -= SIDES_NODES;
    const under = left === right ? [left] : [left, right];
    markup += `<tr>${cells.join("")}</tr>${under.map((row) => (row === undefined ? "" : writer.underLine(row))).join("")}`;
    written += count;
  }
  return { markup, rows: written };
}

function sideCells(
  row: DiffRow | undefined,
  side: "old" | "new",
  words: ReadonlyMap<DiffRow, LineWords>,
  writer: RowWriter,
): string {
  if (row === undefined) return '<td class="n gap"></td><td class="sg gap"></td><td class="c gap"></td>';
  const [name, sign] = signOf(row, writer);
  const kind = name === "" ? "" : ` ${name}`;
  return `${numberCell(row, side, writer, kind)}<td class="sg${kind}">${sign}</td><td class="c${kind}">${codeCell(row, words, writer)}</td>`;
}

function numberCell(row: DiffRow, side: "old" | "new", { anchor }: RowWriter, kind = ""): string {
  const line = side === "old" ? row.oldLine : row.newLine;
  return line === undefined
    ? `<td class="n${kind}"></td>`
    : `<td class="n${kind}" id="${anchor}-${side === "old" ? "o" : "n"}${line}">${line}</td>`;
}

/** The class of a row, and its sign with the word that is read aloud. */
function signOf({ kind }: DiffRow, { t }: RowWriter): readonly [name: string, markup: string] {
  switch (kind) {
    case "added":
      return ["add", `<span class="vh">${t(diffTexts.added)} </span>+`];
    case "removed":
      return ["del", `<span class="vh">${t(diffTexts.removed)} </span>−`];
    case "context":
      return ["", " "];
  }
}

type LineWords = { readonly ranges: readonly TextRange[]; readonly differsInReturn: boolean };

function codeCell(row: DiffRow, words: ReadonlyMap<DiffRow, LineWords>, writer: RowWriter): string {
  const found = words.get(row);
  // Of a file with the line ends of Windows every line has one. It is shown where that is what has changed.
  const text = found?.differsInReturn === true ? row.text : row.text.replace(/\r$/, "");
  const element = row.kind === "added" ? "ins" : "del";
  const marks = (found?.ranges ?? []).map(({ start, end }): Mark => ({ start, end, element }));
  const { markup, nodes } = codeText(text, tokensOf(row, writer), marks);
  writer.nodesLeft -= nodes;
  const cut = row.isCut ? ` <span class="tag">${writer.t(diffTexts.cutLine)}</span>` : "";
  const end = row.lacksLineEnd ? ` <span class="tag">${writer.t(diffTexts.noLineEnd)}</span>` : "";
  return `${markup}${cut}${end}`;
}

function tokensOf({ kind, oldLine, newLine }: DiffRow, { colours }: RowWriter): readonly Token[] {
  const side = kind === "removed" ? colours?.old : colours?.new;
  const line = kind === "removed" ? oldLine : newLine;
  return side === undefined || line === undefined ? [] : side.tokensOf(line);
}

/** Lines of a hunk that stand beside each other, and how many of its rows they are. */
type SidePair = {
  readonly left: DiffRow | undefined;
  readonly right: DiffRow | undefined;
  readonly rows: number;
};

function* pairSides(rows: readonly DiffRow[]): Generator<SidePair> {
  for (const { removed, added, context } of listRuns(rows)) {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      const [left, right] = [removed[index], added[index]];
      yield { left, right, rows: (left === undefined ? 0 : 1) + (right === undefined ? 0 : 1) };
    }
    if (context !== undefined) yield { left: context, right: context, rows: 1 };
  }
}

type Run = { readonly removed: DiffRow[]; readonly added: DiffRow[]; readonly context: DiffRow | undefined };

/** Lines that were removed, those that came in their place, and the unchanged line after them. */
function* listRuns(rows: readonly DiffRow[]): Generator<Run> {
  let run: { removed: DiffRow[]; added: DiffRow[] } = { removed: [], added: [] };
  for (const row of rows) {
    if (row.kind === "context") {
      yield { ...run, context: row };
      run = { removed: [], added: [] };
    } else {
      run[row.kind].push(row);
    }
  }
  if (run.removed.length + run.added.length > 0) yield { ...run, context: undefined };
}

/** Runs of more lines are another text, not the same with other words. */
const PAIRED_LINES_MAX = 50;

function findWords(rows: readonly DiffRow[]): ReadonlyMap<DiffRow, LineWords> {
  const words = new Map<DiffRow, LineWords>();
  for (const { removed, added } of listRuns(rows)) {
    if (Math.max(removed.length, added.length) > PAIRED_LINES_MAX) continue;
    for (const [index, old] of removed.entries()) {
      const new_ = added[index];
      if (new_ === undefined) break;
      const differsInReturn = old.text.endsWith("\r") !== new_.text.endsWith("\r");
      const found = findWordsOfPair(old, new_);
      words.set(old, { ranges: found?.old ?? [], differsInReturn });
      words.set(new_, { ranges: found?.new ?? [], differsInReturn });
    }
  }
  return words;
}

function findWordsOfPair(old: DiffRow, new_: DiffRow): ChangedWords | undefined {
  return old.isCut || new_.isCut ? undefined : findChangedWords(old.text, new_.text);
}

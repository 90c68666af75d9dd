import type { SearchTerm } from "../../model/search-query.ts";

/** A part of a line or a path. */
export type Segment = { readonly text: string; readonly match?: true };

export type MatchedLine = {
  /** From 1. */
  readonly line: number;
  /** None for a line without text. */
  readonly segments: readonly Segment[];
};

export type MatchedContent = {
  /** All matches, shown or not. */
  readonly count: number;
  /** Lines that follow each other, with a line of context before and after. */
  readonly groups: readonly (readonly MatchedLine[])[];
};

const CONTEXT_LINES = 1;
const SHOWN_LINES_MAX = 50;
/** In UTF-16 code units. Of a longer line that much around its first match is shown. */
const LINE_LENGTH_MAX = 500;

/** As `grepFiles` has it: what git takes for a word, and what may stand between the words of a phrase. */
const BETWEEN = "[!-/:-@[-^`{-~ \\t\\r\\f\\v]+";

/** Finds the terms, whatever their case. Words have no character that means something in a pattern. */
export function compileTerms(terms: readonly SearchTerm[]): RegExp {
  // The longest first, so that a phrase is marked and not its first word alone.
  const patterns = terms
    .toSorted((one, other) => other.words.join().length - one.words.join().length)
    .map(({ words }) => words.join(BETWEEN));
  return new RegExp(`(?<![A-Za-z0-9_])(?:${patterns.join("|")})(?![A-Za-z0-9_])`, "gi");
}

export function segmentsOf(text: string, pattern: RegExp): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const { index, 0: matched } of text.matchAll(pattern)) {
    if (index > end) segments.push({ text: text.slice(end, index) });
    segments.push({ text: matched, match: true });
    end = index + matched.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

/** @param content as it is stored; bytes that are not UTF-8 are shown as U+FFFD. */
export function matchLines(content: Buffer, pattern: RegExp): MatchedContent {
  const lines = content.toString().split("\n");
  if (lines.at(-1) === "") lines.pop();
  const shown = new Set<number>();
  let count = 0;
  for (const [index, line] of lines.entries()) {
    const matches = line.match(pattern)?.length ?? 0;
    count += matches;
    if (matches === 0 || shown.size >= SHOWN_LINES_MAX) continue;
    for (let near = index - CONTEXT_LINES; near <= index + CONTEXT_LINES; near += 1)
      if (near >= 0 && near < lines.length) shown.add(near);
  }
  const groups: MatchedLine[][] = [];
  for (const index of shown) {
    const matched = { line: index + 1, segments: segmentsOf(cutLine(lines[index]!, pattern), pattern) };
    if (groups.at(-1)?.at(-1)?.line === index) groups.at(-1)!.push(matched);
    else groups.push([matched]);
  }
  return { count, groups };
}

function cutLine(line: string, pattern: RegExp): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (text.length <= LINE_LENGTH_MAX) return text;
  const first = Math.max(0, text.search(pattern));
  const start = Math.max(0, Math.min(first - LINE_LENGTH_MAX / 5, text.length - LINE_LENGTH_MAX));
  return text.slice(start, start + LINE_LENGTH_MAX).toWellFormed();
}

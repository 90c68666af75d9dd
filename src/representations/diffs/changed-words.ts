import { diffArrays } from "diff";

/** Of UTF-16 code units, the end not included. */
export type TextRange = { readonly start: number; readonly end: number };

export type ChangedWords = { readonly old: readonly TextRange[]; readonly new: readonly TextRange[] };

/** Longer lines are made by programs: nobody looks for the word in them. */
const LINE_LENGTH_MAX = 1000;
/** Words that come or go between two lines. The time grows with its square. */
const EDITS_MAX = 100;
/** Of what both lines have that is no white space: below it they are two lines, not one that was changed. */
const LIKENESS_MIN = 0.4;

/** Words, runs of white space, and any other character by itself. Characters of scripts without spaces count alone. */
const WORDS = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;
const ALONE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

function wordsOf(text: string): string[] {
  const words = text.match(WORDS) ?? [];
  return ALONE.test(text) ? words.flatMap((word) => (ALONE.test(word) ? [...word] : [word])) : words;
}

/**
 * What differs between a line and the one in its place.
 *
 * @returns undefined if they have too little in common, or are too long to compare.
 */
export function findChangedWords(oldText: string, newText: string): ChangedWords | undefined {
  if (oldText.length > LINE_LENGTH_MAX || newText.length > LINE_LENGTH_MAX) return undefined;
  const parts = diffArrays(wordsOf(oldText), wordsOf(newText), { maxEditLength: EDITS_MAX });
  if (parts === undefined) return undefined;
  const ranges = { old: [] as TextRange[], new: [] as TextRange[] };
  let [oldEnd, newEnd, common] = [0, 0, 0];
  for (const { value, added, removed } of parts) {
    const text = value.join("");
    if (removed) addRange(ranges.old, oldEnd, oldEnd + text.length, oldText);
    if (added) addRange(ranges.new, newEnd, newEnd + text.length, newText);
    if (!added) oldEnd += text.length;
    if (!removed) newEnd += text.length;
    if (!added && !removed) common += inkOf(text);
  }
  const all = inkOf(oldText) + inkOf(newText);
  return all > 0 && (2 * common) / all >= LIKENESS_MIN ? ranges : undefined;
}

/** Two that have only white space between them are shown as one. */
function addRange(ranges: TextRange[], start: number, end: number, text: string): void {
  const before = ranges.at(-1);
  if (before !== undefined && text.slice(before.end, start).trim() === "") {
    ranges[ranges.length - 1] = { start: before.start, end };
  } else {
    ranges.push({ start, end });
  }
}

function inkOf(text: string): number {
  return text.replace(/\s/g, "").length;
}

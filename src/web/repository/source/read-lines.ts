import { buffer } from "node:stream/consumers";
import type { PathEntry } from "../../../git/objects/read-tree.ts";
import { decodeText } from "../../../operations/source/render-file.ts";
import { openContent } from "../../../operations/source/source.ts";
import type { Ports } from "../../../ports.ts";
import type { RepositoryPageRequest } from "../../page.ts";

/** In bytes. A page is cut out of the whole text. */
export const SHOWN_TEXT_BYTES_MAX = 8 * 1024 * 1024;
/** What a page shows of it, and no more than so many characters. */
const LINES_MAX = 1000;
const BLAMED_LINES_MAX = 500;
const PAGE_LENGTH_MAX = 256 * 1024;
/** What a page shows of one line counts. */
const LINE_LENGTH_MAX = 5000;

export type TextOfFile = { readonly text: string; readonly lines: readonly string[] };

/** The text of a file of up to SHOWN_TEXT_BYTES_MAX bytes, and its lines without their ends. */
export async function readLines(
  ports: Ports,
  { repository, signal, takeSlot }: Pick<RepositoryPageRequest, "repository" | "signal" | "takeSlot">,
  entry: PathEntry,
  size: number,
): Promise<TextOfFile> {
  const content = await openContent(ports, repository, { entry, size }, { signal, takeSlot });
  const text = decodeText(Buffer.isBuffer(content) ? content : await buffer(content));
  const lines = text.split("\n");
  // A line end at the end begins no line.
  if (lines.at(-1) === "") lines.pop();
  return { text, lines };
}

export type LineRange = { readonly first: number; readonly last: number };

/** `12`, `12-20`, `L12-L20`. */
export function parseLineRange(text: string | null): LineRange | undefined {
  const [, from, to] = /^\s*L?(\d{1,8})(?:\s*[-:]\s*L?(\d{1,8}))?\s*$/i.exec(text ?? "") ?? [];
  if (from === undefined) return undefined;
  const [one, other] = [Number(from), Number(to ?? from)];
  return { first: Math.max(1, Math.min(one, other)), last: Math.max(1, one, other) };
}

/** The lines that a page shows, from the one that is asked for. At least one, if there are any. */
export function rangeOfPage(lines: readonly string[], asked: string | null, isBlamed: boolean): LineRange {
  const first = Math.min(parseLineRange(asked)?.first ?? 1, Math.max(1, lines.length));
  const end = Math.min(lines.length, first - 1 + linesOfPage(isBlamed));
  let length = 0;
  let last = first - 1;
  while (last < end) {
    length += Math.min(lines[last]!.length, LINE_LENGTH_MAX);
    if (length > PAGE_LENGTH_MAX && last >= first) break;
    last += 1;
  }
  return { first, last };
}

export function linesOfPage(isBlamed: boolean): number {
  return isBlamed ? BLAMED_LINES_MAX : LINES_MAX;
}

import type { Readable } from "node:stream";
import { bytesToText } from "../../model/byte-text.ts";

export type DiffRowKind = "context" | "added" | "removed";

/** One line of a file in a diff. */
export type DiffRow = {
  readonly kind: DiffRowKind;
  /** Lines count from 1. Undefined on the side where the line is not. */
  readonly oldLine: number | undefined;
  readonly newLine: number | undefined;
  /** Without its line end, as `bytesToText` makes it. */
  readonly text: string;
  /** There is more of the line. */
  readonly isCut: boolean;
  /** The file ends here, without a line end. */
  readonly lacksLineEnd: boolean;
};

/** The header of a hunk. A side without lines is named by the line before it, as git does it. */
export type HunkHeader = {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  /** The line that git takes for the beginning of the function; empty if it found none. */
  readonly heading: string;
};

/** The first rows may be missing, and the last. */
export type DiffHunk = HunkHeader & { readonly rows: readonly DiffRow[] };

export type PatchedFileRows = {
  /** git's first line of the file, `diff --git a/x b/x`, which names both sides. */
  readonly header: string;
  readonly hunks: readonly DiffHunk[];
  /** Rows follow those that are here. */
  readonly hasMoreRows: boolean;
};

export type PatchLimits = {
  /** Rows of each file that are left out at its beginning. */
  readonly rowsSkipped: number;
  readonly rowsPerFileMax: number;
  /** Of all files together. Reading ends with the first row after them. */
  readonly rowsMax: number;
};

/** What is read of a line: enough for what anybody reads. */
export const LINE_BYTES_MAX = 2000;
/** Longer than any header with two quoted paths of 4096 bytes. */
const HEADER_BYTES_MAX = 65_536;
const LINE_FEED = 10;

/**
 * Reads the files of a patch, up to the limits. Nothing beyond them is held, and the stream is destroyed as soon as no row
 * that is still to come would be taken.
 *
 * A file that becomes a link, or a submodule, is printed as removed and as added, under the same header: here it is one.
 */
export async function readPatch(patch: Readable, limits: PatchLimits): Promise<PatchedFileRows[]> {
  const reader = new PatchReader(limits);
  for await (const chunk of patch) {
    reader.push(chunk as Buffer);
    if (reader.isFull) break;
  }
  return reader.end();
}

type OpenFile = { header: string; hunks: (HunkHeader & { rows: DiffRow[] })[]; rows: number; taken: number };

class PatchReader {
  readonly #limits: PatchLimits;
  readonly #files: OpenFile[] = [];
  #pieces: Buffer[] = [];
  #lineLength = 0;
  #oldLine = 0;
  #newLine = 0;
  /** Lines of the current hunk that have not come, on each side. */
  #oldLeft = 0;
  #newLeft = 0;
  #rowsTaken = 0;
  isFull = false;

  constructor(limits: PatchLimits) {
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    for (let start = 0; start < chunk.length && !this.isFull; ) {
      const lineEnd = chunk.indexOf(LINE_FEED, start);
      const end = lineEnd === -1 ? chunk.length : lineEnd;
      this.#keep(chunk.subarray(start, end));
      if (lineEnd === -1) return;
      this.#readLine();
      start = lineEnd + 1;
    }
  }

  end(): PatchedFileRows[] {
    return this.#files.map(({ header, hunks, rows, taken }) => ({
      header,
      hunks: hunks.filter((hunk) => hunk.rows.length > 0),
      hasMoreRows: rows > this.#limits.rowsSkipped + taken,
    }));
  }

  #keep(part: Buffer): void {
    // One byte more than is shown tells that the line is cut; the sign in front is no part of it.
    const wanted = this.#isInHunk() ? LINE_BYTES_MAX + 2 : HEADER_BYTES_MAX;
    if (this.#lineLength < wanted) this.#pieces.push(part.subarray(0, wanted - this.#lineLength));
    this.#lineLength += part.length;
  }

  #isInHunk(): boolean {
    return this.#oldLeft > 0 || this.#newLeft > 0;
  }

  #readLine(): void {
    const line = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#lineLength = 0;
    const file = this.#files.at(-1);
    // "\ No newline at end of file" is no line of the file, and comes after its hunk as well.
    if (line[0] === BACKSLASH) this.#markLastRow(file);
    else if (this.#isInHunk() && file !== undefined) this.#readRow(file, line);
    else if (line.indexOf("diff --git ") === 0) this.#openFile(line.toString("latin1"));
    else if (file !== undefined) this.#readHunkHeader(file, line);
  }

  #openFile(header: string): void {
    if (this.#files.at(-1)?.header !== header) this.#files.push({ header, hunks: [], rows: 0, taken: 0 });
  }

  #readHunkHeader(file: OpenFile, line: Buffer): void {
    const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?/.exec(line.toString("latin1"));
    if (match === null) return;
    const [oldStart, oldCount, newStart, newCount] = match.slice(1).map((digits) => Number(digits ?? 1));
    const heading = textOf(line.subarray(match[0].length)).text;
    const header = { oldStart: oldStart!, oldCount: oldCount!, newStart: newStart!, newCount: newCount! };
    file.hunks.push({ ...header, heading, rows: [] });
    [this.#oldLine, this.#newLine, this.#oldLeft, this.#newLeft] = [
      oldStart!,
      newStart!,
      oldCount!,
      newCount!,
    ];
  }

  #readRow(file: OpenFile, line: Buffer): void {
    const kind = KINDS.get(line[0] ?? 0) ?? "context";
    const oldLine = kind === "added" ? undefined : this.#oldLine;
    const newLine = kind === "removed" ? undefined : this.#newLine;
    if (oldLine !== undefined) {
      this.#oldLine += 1;
      this.#oldLeft -= 1;
    }
    if (newLine !== undefined) {
      this.#newLine += 1;
      this.#newLeft -= 1;
    }
    file.rows += 1;
    const { rowsSkipped, rowsPerFileMax, rowsMax } = this.#limits;
    if (file.rows <= rowsSkipped) return;
    if (this.#rowsTaken >= rowsMax) this.isFull = true;
    if (this.isFull || file.taken >= rowsPerFileMax) return;
    file.taken += 1;
    this.#rowsTaken += 1;
    const row = { kind, oldLine, newLine, ...textOf(line.subarray(1)), lacksLineEnd: false };
    file.hunks.at(-1)!.rows.push(row);
  }

  /** Only if the row that it is about has been taken. */
  #markLastRow(file: OpenFile | undefined): void {
    if (file === undefined || file.rows !== file.taken + this.#limits.rowsSkipped) return;
    const rows = file.hunks.at(-1)?.rows;
    const row = rows?.pop();
    if (row !== undefined) rows!.push({ ...row, lacksLineEnd: true });
  }
}

const BACKSLASH = 92;
const KINDS: ReadonlyMap<number, DiffRowKind> = new Map([
  [32, "context"],
  [43, "added"],
  [45, "removed"],
]);

function textOf(line: Buffer): { readonly text: string; readonly isCut: boolean } {
  if (line.length <= LINE_BYTES_MAX) return { text: bytesToText(line), isCut: false };
  let end = LINE_BYTES_MAX;
  // Not in the middle of a character: what goes on with 10xxxxxx belongs to what is before it.
  for (let back = 0; back < 3 && (line[end]! & 0xc0) === 0x80; back += 1) end -= 1;
  return { text: bytesToText(line.subarray(0, end)), isCut: true };
}

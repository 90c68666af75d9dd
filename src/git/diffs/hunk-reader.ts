import type { Hunk } from "./map-lines.ts";

/** Longer than any header with two quoted paths of 4096 bytes. */
const HEADER_LENGTH_MAX = 65_536;

/** The lines with which git names the two sides of a file in a patch, without `--- ` and `+++ `. */
export type PatchedFile = { readonly oldName: string; readonly newName: string; readonly hunks: Hunk[] };

/**
 * Reads the headers out of a patch without context lines (`git diff --unified=0`), as it comes. Contents are skipped, and
 * never held: only their lines are counted, since a line of a file can look like a header.
 */
export class HunkReader {
  /** Called with each file that has come to its end. A file without hunks, such as a binary one, is not among them. */
  readonly #onFile: (file: PatchedFile) => void;
  #file: PatchedFile | undefined;
  #oldName = "";
  /** Lines of the current hunk that have not come. */
  #contentLines = 0;
  /** The beginning of the current line. */
  #line = "";
  hunksRead = 0;

  constructor(onFile: (file: PatchedFile) => void) {
    this.#onFile = onFile;
  }

  push(chunk: Buffer): void {
    for (let start = 0; start < chunk.length; ) {
      const lineEnd = chunk.indexOf(LINE_FEED, start);
      const end = lineEnd === -1 ? chunk.length : lineEnd;
      const wanted = this.#contentLines > 0 ? 1 : HEADER_LENGTH_MAX;
      const missing = Math.max(0, wanted - this.#line.length);
      this.#line += chunk.toString("latin1", start, Math.min(end, start + missing));
      if (lineEnd === -1) return;
      this.#readLine(this.#line);
      this.#line = "";
      start = lineEnd + 1;
    }
  }

  /** To be called when git has ended well: only then is the last file whole. */
  end(): void {
    if (this.#file !== undefined) this.#onFile(this.#file);
    this.#file = undefined;
  }

  #readLine(line: string): void {
    // "\ No newline at end of file" is no line of the file.
    if (line.startsWith("\\")) return;
    if (this.#contentLines > 0) this.#contentLines -= 1;
    else if (line.startsWith("diff --git ")) this.end();
    else if (line.startsWith("--- ")) this.#oldName = nameOf(line);
    else if (line.startsWith("+++ "))
      this.#file = { oldName: this.#oldName, newName: nameOf(line), hunks: [] };
    else this.#readHunkHeader(line);
  }

  #readHunkHeader(line: string): void {
    const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (match === null || this.#file === undefined) return;
    const [oldStart, oldCount, newStart, newCount] = match.slice(1).map((digits) => Number(digits ?? 1));
    const { hunks } = this.#file;
    const before = hunks.at(-1);
    // A side without lines is named by the line before it.
    const oldFirst = oldCount === 0 ? oldStart! + 1 : oldStart!;
    hunks.push({
      oldFirst,
      oldEnd: oldFirst + oldCount!,
      newEnd: newCount === 0 ? newStart! + 1 : newStart! + newCount!,
      removedBefore: before === undefined ? 0 : before.removedBefore + before.oldEnd - before.oldFirst,
    });
    this.#contentLines = oldCount! + newCount!;
    this.hunksRead += 1;
  }
}

const LINE_FEED = 10;

/** git puts a tab after a name with spaces. One of the name itself would be quoted. */
function nameOf(line: string): string {
  return line.slice(4).replace(/\t$/, "");
}

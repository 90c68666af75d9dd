import type { ObjectId } from "../../model/object-id.ts";

/** One file that differs between two trees. Paths are bytes: git knows of no encoding. */
export type FileChange = {
  readonly linesAdded: number;
  readonly linesRemoved: number;
} & (
  | { readonly status: "added"; readonly newPath: Buffer }
  | { readonly status: "removed"; readonly oldPath: Buffer }
  | { readonly status: "modified" | "renamed"; readonly oldPath: Buffer; readonly newPath: Buffer }
);

/** The same with what pages show beside it. */
export type FileChangeDetails = FileChange & {
  /** As git prints it, six digits: `100644`, `160000` for a submodule. `000000` where there is no file. */
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: ObjectId;
  readonly newId: ObjectId;
  /** git found no lines in it, or it is too large to look for them. */
  readonly isBinary: boolean;
};

type LineCounts = Pick<FileChange, "linesAdded" | "linesRemoved">;

/** What git printed cannot be read: a bug here, or another git than those known. */
export class MalformedChangesError extends Error {}

/**
 * Reads the output of `git diff-tree -r -z --raw --numstat` (git-diff-tree(1), "Raw output format"): first all changes,
 * then the line counts of each, in the same order. A file without line counts has no change that was asked for, as when its
 * white space alone differs. A binary file has none of either.
 *
 * There may be hundreds of thousands: nothing is made for each but the change itself.
 *
 * @throws MalformedChangesError
 */
export function parseChanges(output: Buffer): FileChange[] {
  const changes: FileChange[] = [];
  for (const { raw, counts } of readCountedChanges(output)) changes.push(changeOf(raw, counts));
  return changes;
}

/** The same with modes, ids, and which are binary. @throws MalformedChangesError */
export function parseChangeDetails(output: Buffer): FileChangeDetails[] {
  const changes: FileChangeDetails[] = [];
  for (const { raw, counts } of readCountedChanges(output)) {
    const [oldMode, newMode, oldId, newId] = raw.header.slice(1).split(" ");
    changes.push({
      ...changeOf(raw, counts),
      oldMode: oldMode!,
      newMode: newMode!,
      oldId: oldId as ObjectId,
      newId: newId as ObjectId,
      isBinary: counts.isBinary,
    });
  }
  return changes;
}

type CountedChange = { readonly raw: RawChange; readonly counts: PathCounts };

function* readCountedChanges(output: Buffer): Generator<CountedChange> {
  const raw = new FieldReader(output, 0);
  while (raw.isBefore(COLON)) readRawChange(raw);
  const counts = new FieldReader(output, raw.offset);
  let next = readLineCounts(counts);
  for (const again = new FieldReader(output, 0); again.offset < raw.offset; ) {
    const change = readRawChange(again);
    if (next?.path.equals(change.newPath) !== true) continue;
    yield { raw: change, counts: next };
    next = readLineCounts(counts);
  }
  if (next !== undefined) throw new MalformedChangesError("line counts of no change, or in another order");
}

const COLON = 58;

/** Reads one field after another, each of which ends with NUL. */
class FieldReader {
  readonly #output: Buffer;
  offset: number;

  constructor(output: Buffer, offset: number) {
    this.#output = output;
    this.offset = offset;
  }

  isAtEnd(): boolean {
    return this.offset === this.#output.length;
  }

  isBefore(byte: number): boolean {
    return this.#output[this.offset] === byte;
  }

  next(): Buffer {
    const end = this.#output.indexOf(0, this.offset);
    if (end === -1) throw new MalformedChangesError("no NUL at the end");
    const field = this.#output.subarray(this.offset, end);
    this.offset = end + 1;
    return field;
  }

  nextPath(): Buffer {
    const path = this.isAtEnd() ? undefined : this.next();
    if (path === undefined || path.length === 0) throw new MalformedChangesError("a path is missing");
    return path;
  }
}

export type RawChange = {
  /** With the modes and ids of both sides. */
  readonly header: string;
  readonly letter: "A" | "D" | "M" | "T" | "R";
  /** Whether both sides have the same bytes, as when a file is only moved, or gets another mode. */
  readonly hasSameContent: boolean;
  /** Equal unless the file is renamed. */
  readonly oldPath: Buffer;
  readonly newPath: Buffer;
};

/**
 * Reads the output of `git diff-tree -r -z --raw` alone.
 *
 * @throws MalformedChangesError
 */
export function* readRawChanges(output: Buffer): Generator<RawChange> {
  const fields = new FieldReader(output, 0);
  while (!fields.isAtEnd()) yield readRawChange(fields);
}

function readRawChange(fields: FieldReader): RawChange {
  const header = fields.next().toString("latin1");
  const match = /^:\d{6} \d{6} ([0-9a-f]+) ([0-9a-f]+) ([ADMTR])\d*$/.exec(header);
  if (match === null) throw new MalformedChangesError(`change "${header}"`);
  const letter = match[3] as RawChange["letter"];
  const oldPath = fields.nextPath();
  const newPath = letter === "R" ? fields.nextPath() : oldPath;
  return { header, letter, hasSameContent: match[1] === match[2], oldPath, newPath };
}

function changeOf(
  { letter, oldPath, newPath }: RawChange,
  { linesAdded, linesRemoved }: LineCounts,
): FileChange {
  const counts = { linesAdded, linesRemoved };
  switch (letter) {
    case "A":
      return { status: "added", newPath, ...counts };
    case "D":
      return { status: "removed", oldPath, ...counts };
    case "R":
      return { status: "renamed", oldPath, newPath, ...counts };
    default:
      return { status: "modified", oldPath, newPath, ...counts };
  }
}

type PathCounts = LineCounts & { readonly path: Buffer; readonly isBinary: boolean };

/** The path is that of the new side. For a rename the first field ends after the counts and two paths follow. */
function readLineCounts(fields: FieldReader): PathCounts | undefined {
  if (fields.isAtEnd()) return undefined;
  const field = fields.next();
  const pathStart = field.indexOf(TAB, field.indexOf(TAB) + 1) + 1;
  const match = /^(\d+|-)\t(\d+|-)\t$/.exec(field.toString("latin1", 0, pathStart));
  if (match === null) throw new MalformedChangesError(`line counts "${field.toString("latin1")}"`);
  const [, added, removed] = match;
  const ownPath = field.subarray(pathStart);
  if (ownPath.length === 0) fields.nextPath();
  const path = ownPath.length === 0 ? fields.nextPath() : ownPath;
  return {
    path,
    linesAdded: countOf(added!),
    linesRemoved: countOf(removed!),
    isBinary: added === "-",
  };
}

const TAB = 9;

function countOf(text: string): number {
  return text === "-" ? 0 : Number(text);
}

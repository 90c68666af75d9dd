/** One file that differs between two trees. Paths are bytes: git knows of no encoding. */
export type FileChange = {
  readonly linesAdded: number;
  readonly linesRemoved: number;
} & (
  | { readonly status: "added"; readonly newPath: Buffer }
  | { readonly status: "removed"; readonly oldPath: Buffer }
  | { readonly status: "modified" | "renamed"; readonly oldPath: Buffer; readonly newPath: Buffer }
);

type LineCounts = Pick<FileChange, "linesAdded" | "linesRemoved">;

/** What git printed cannot be read: a bug here, or another git than those known. */
export class MalformedChangesError extends Error {}

/**
 * Reads the output of `git diff-tree -r -z --raw --numstat` (git-diff-tree(1), "Raw output format"): first all changes,
 * then the line counts of each. A file without line counts has no change that was asked for, as when its white space alone
 * differs. A binary file has none of either.
 *
 * @throws MalformedChangesError
 */
export function parseChanges(output: Buffer): FileChange[] {
  const fields = splitAtNul(output);
  const changes: ((counts: LineCounts) => FileChange)[] = [];
  const keys: string[] = [];
  let at = 0;
  for (; fields[at]?.[0] === COLON; at += 1) {
    const header = fields[at]!.toString("latin1");
    const letter = /^:\d{6} \d{6} [0-9a-f]+ [0-9a-f]+ ([ADMTR])\d*$/.exec(header)?.[1];
    if (letter === undefined) throw new MalformedChangesError(`change "${header}"`);
    at += 1;
    const oldPath = pathAt(fields, at);
    if (letter === "R") at += 1;
    const newPath = pathAt(fields, at);
    keys.push(newPath.toString("latin1"));
    changes.push((counts) => changeOf(letter, oldPath, newPath, counts));
  }
  const counts = parseLineCounts(fields, at);
  return changes.flatMap((make, index) => {
    const counted = counts.get(keys[index]!);
    return counted === undefined ? [] : [make(counted)];
  });
}

const COLON = 58;

function splitAtNul(output: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  let start = 0;
  for (let end = output.indexOf(0); end !== -1; end = output.indexOf(0, start)) {
    fields.push(output.subarray(start, end));
    start = end + 1;
  }
  if (start !== output.length) throw new MalformedChangesError("no NUL at the end");
  return fields;
}

function pathAt(fields: readonly Buffer[], at: number): Buffer {
  const path = fields[at];
  if (path === undefined || path.length === 0) throw new MalformedChangesError("a path is missing");
  return path;
}

function changeOf(letter: string, oldPath: Buffer, newPath: Buffer, counts: LineCounts): FileChange {
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

/** By the path on the new side. For a rename the first field ends after the counts and two paths follow. */
function parseLineCounts(fields: readonly Buffer[], start: number): Map<string, LineCounts> {
  const counts = new Map<string, LineCounts>();
  for (let at = start; at < fields.length; at += 1) {
    const text = fields[at]!.toString("latin1");
    const match = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(text);
    if (match === null) throw new MalformedChangesError(`line counts "${text}"`);
    const [, added, removed, ownPath] = match;
    if (ownPath === "") at += 2;
    const path = ownPath === "" ? pathAt(fields, at).toString("latin1") : ownPath!;
    counts.set(path, { linesAdded: countOf(added!), linesRemoved: countOf(removed!) });
  }
  return counts;
}

function countOf(text: string): number {
  return text === "-" ? 0 : Number(text);
}

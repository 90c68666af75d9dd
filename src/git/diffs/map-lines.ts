/** Lines of one side, counted from 1, both ends included. */
export type LineRange = { readonly first: number; readonly last: number };

/** One change of a file: the old side's lines from `oldFirst` up to `oldEnd`, which is not one of them, have become others. */
export type Hunk = {
  readonly oldFirst: number;
  readonly oldEnd: number;
  /** The first line after the change on the new side; `oldEnd` is the same line on the old side. */
  readonly newEnd: number;
  /** Lines of the old side that earlier hunks have removed. */
  readonly removedBefore: number;
};

/**
 * Where unchanged lines of the old side are on the new one; undefined if one of them was changed or removed. Lines may have
 * been added between them.
 *
 * @param hunks all changes of the file, in order, without context lines.
 */
export function mapLines(hunks: readonly Hunk[], { first, last }: LineRange): LineRange | undefined {
  if (removedThrough(hunks, last) !== removedThrough(hunks, first - 1)) return undefined;
  return { first: mapLine(hunks, first), last: mapLine(hunks, last) };
}

/** How many lines of the old side, up to `line`, are removed. */
function removedThrough(hunks: readonly Hunk[], line: number): number {
  const hunk = lastHunkFrom(hunks, line);
  return hunk === undefined ? 0 : hunk.removedBefore + Math.min(line + 1, hunk.oldEnd) - hunk.oldFirst;
}

function mapLine(hunks: readonly Hunk[], line: number): number {
  const hunk = lastHunkFrom(hunks, line);
  return hunk === undefined ? line : line - hunk.oldEnd + hunk.newEnd;
}

/** The last hunk that begins at `line` or before it. A large diff has many hunks, so they are not searched one by one. */
function lastHunkFrom(hunks: readonly Hunk[], line: number): Hunk | undefined {
  let [from, to] = [0, hunks.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (hunks[middle]!.oldFirst <= line) from = middle + 1;
    else to = middle;
  }
  return hunks[from - 1];
}

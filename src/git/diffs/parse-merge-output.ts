/** A version of a conflicted file: its mode in octal and its object's name. */
export type StagedFile = { readonly mode: string; readonly id: string };

/** A path that cannot be merged, with what each side has there. */
export type ConflictedPath = {
  readonly path: Buffer;
  readonly base: StagedFile | undefined;
  readonly ours: StagedFile | undefined;
  readonly theirs: StagedFile | undefined;
  /** git's names for what is in the way, in its order: `CONFLICT (contents)`. */
  readonly kinds: readonly string[];
};

/** What git printed cannot be read: a bug here, or another git than those known. */
export class MalformedMergeError extends Error {}

type Stages = { path: Buffer; base?: StagedFile; ours?: StagedFile; theirs?: StagedFile; kinds: string[] };

const STAGE_NAMES = { 1: "base", 2: "ours", 3: "theirs" } as const;

/**
 * Reads the output of `git merge-tree --write-tree -z --messages` (git-merge-tree(1), "OUTPUT"): the tree, the stages of
 * each conflicted path, an empty field, then messages that name the paths they are about.
 *
 * @throws MalformedMergeError
 */
export function parseMergeOutput(output: Buffer): ConflictedPath[] {
  // As latin1 each byte is one character, so that a path comes back whole.
  const fields = output.toString("latin1").split("\0");
  const conflicted = new Map<string, Stages>();
  let at = 1;
  for (; at < fields.length && fields[at] !== ""; at += 1) readStage(conflicted, fields[at]!);
  at += 1;
  while (at < fields.length - 1) at = readMessage(conflicted, fields, at);
  return [...conflicted.values()].map(({ path, base, ours, theirs, kinds }) => ({
    path,
    base,
    ours,
    theirs,
    kinds,
  }));
}

function readStage(conflicted: Map<string, Stages>, field: string): void {
  const match = /^(\d{6}) ([0-9a-f]+) ([123])\t(.+)$/s.exec(field);
  if (match === null) throw new MalformedMergeError(`stage "${field}"`);
  const [, mode, id, stage, path] = match;
  pathOf(conflicted, path!)[STAGE_NAMES[Number(stage) as 1 | 2 | 3]] = { mode: mode!, id: id! };
}

function pathOf(conflicted: Map<string, Stages>, path: string): Stages {
  const known = conflicted.get(path);
  if (known !== undefined) return known;
  const stages: Stages = { path: Buffer.from(path, "latin1"), kinds: [] };
  conflicted.set(path, stages);
  return stages;
}

/** `<number of paths> <path>… <kind> <text>`. Messages that are no conflict, as of a merge that went well, are passed over. */
function readMessage(conflicted: Map<string, Stages>, fields: readonly string[], start: number): number {
  const count = /^\d{1,6}$/.test(fields[start]!) ? Number(fields[start]) : undefined;
  const kind = count === undefined ? undefined : fields[start + 1 + count];
  if (count === undefined || kind === undefined || fields.length < start + count + 4)
    throw new MalformedMergeError("message");
  if (kind.startsWith("CONFLICT")) {
    const paths = fields.slice(start + 1, start + 1 + count);
    const staged = paths.filter((path) => conflicted.has(path));
    // A conflict about folders may name no conflicted file: then it is about the first path it names.
    for (const path of staged.length > 0 ? staged : paths.slice(0, 1)) {
      pathOf(conflicted, path).kinds.push(kind);
    }
  }
  return start + count + 3;
}

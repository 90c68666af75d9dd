import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import type { ObjectReader } from "../objects/object-reader.ts";
import { type GitOptions, runGit } from "../process/git-process.ts";

type Options = GitOptions & { readonly signal?: AbortSignal };

/** The commits that a branch has gained, each with its parents. */
export type PushedCommits = ReadonlyMap<ObjectId, readonly ObjectId[]>;

/** Commits of a straight line that are read without a process. */
const STRAIGHT_MAX = 50;

/**
 * What `tip` reaches and `old` does not. An ordinary push adds a few commits in a straight line, which are read without
 * a process.
 *
 * @param old undefined for a new branch: then it is all of its history.
 * @throws GitError; 64 MiB of output, some 700,000 commits, are too many.
 */
export async function listPushedCommits(
  objects: Pick<ObjectReader, "readCommit">,
  tip: ObjectId,
  old: ObjectId | undefined,
  options: Options,
): Promise<PushedCommits> {
  if (tip === old) return new Map();
  const straight = old && (await readStraightLine(objects, tip, old, options));
  if (straight !== undefined) return straight;
  const revisions = old === undefined ? [tip] : [tip, `^${old}`];
  const output = await runGit(["rev-list", "--parents", "--end-of-options", ...revisions], options);
  const pushed = new Map<ObjectId, readonly ObjectId[]>();
  for (const line of output.toString("latin1").split("\n")) {
    const [commit, ...parents] = line.split(" ").flatMap((id) => parseObjectId(id) ?? []);
    if (commit !== undefined) pushed.set(commit, parents);
  }
  return pushed;
}

/** Undefined if there is none, or a long one. */
async function readStraightLine(
  objects: Pick<ObjectReader, "readCommit">,
  tip: ObjectId,
  old: ObjectId,
  { gitDir }: Options,
): Promise<PushedCommits | undefined> {
  const line = new Map<ObjectId, readonly ObjectId[]>();
  for (let id = tip; line.size < STRAIGHT_MAX; ) {
    const commit = await objects.readCommit(gitDir, id);
    const [parent] = commit?.parents ?? [];
    if (commit === undefined || parent === undefined || commit.parents.length > 1) return undefined;
    line.set(id, commit.parents);
    if (parent === old) return line;
    id = parent;
  }
  return undefined;
}

/**
 * The first commit on the branch itself, which is its tip and first parents, whose history has `commit`: where it was
 * merged.
 *
 * @returns undefined if `commit` is not among the pushed commits.
 */
export function findMergingCommit(
  pushed: PushedCommits,
  tip: ObjectId,
  commit: ObjectId,
): ObjectId | undefined {
  if (!pushed.has(commit)) return undefined;
  const branch: ObjectId[] = [];
  for (let id: ObjectId | undefined = tip; id !== undefined && pushed.has(id); id = pushed.get(id)?.[0])
    branch.push(id);
  // From the oldest on, so that each commit is visited once.
  const visited = new Set<ObjectId>();
  for (const id of branch.reverse()) {
    const left = [id];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (visited.has(next)) continue;
      visited.add(next);
      if (next === commit) return id;
      left.push(...(pushed.get(next) ?? []).filter((parent) => pushed.has(parent)));
    }
  }
  return undefined;
}

import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { runGit } from "../process/git-process.ts";
import type { HistorySource } from "./list-history.ts";
import { walkCommits } from "./walk-commits.ts";

/** The commits that a branch has gained, each with its parents. */
export type PushedCommits = ReadonlyMap<ObjectId, readonly ObjectId[]>;

/** Commits that are read without a process: of a straight line, and of any other. */
const STRAIGHT_MAX = 50;
const WALKED_MAX = 256;

/**
 * What `tip` reaches and `old` does not. An ordinary push adds a few commits in a straight line, and a merge a few of a
 * branch, which are read without a process.
 *
 * @param old undefined for a new branch: then it is all of its history.
 * @throws GitError; 64 MiB of output, some 700,000 commits, are too many.
 */
export async function listPushedCommits(
  source: HistorySource,
  tip: ObjectId,
  old: ObjectId | undefined,
): Promise<PushedCommits> {
  if (tip === old) return new Map();
  const few = old && ((await readStraightLine(source, tip, old)) ?? (await readWalked(source, tip, old)));
  if (few !== undefined) return few;
  const revisions = old === undefined ? [tip] : [tip, `^${old}`];
  const { gitDir, signal } = source;
  const output = await runGit(["rev-list", "--parents", "--end-of-options", ...revisions], {
    gitDir,
    signal,
  });
  const pushed = new Map<ObjectId, readonly ObjectId[]>();
  for (const line of output.toString("latin1").split("\n")) {
    const [commit, ...parents] = line.split(" ").flatMap((id) => parseObjectId(id) ?? []);
    if (commit !== undefined) pushed.set(commit, parents);
  }
  return pushed;
}

/** Undefined if there is none, or a long one. */
async function readStraightLine(
  { objects, gitDir }: HistorySource,
  tip: ObjectId,
  old: ObjectId,
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

/** Undefined if there are many, or most of the history is outside the graph. */
async function readWalked(
  { objects, gitDir, graph, signal }: HistorySource,
  tip: ObjectId,
  old: ObjectId,
): Promise<PushedCommits | undefined> {
  const readCommit = (id: ObjectId) => objects.readCommit(gitDir, id);
  const query = { include: [tip], exclude: [old], skip: 0, limit: WALKED_MAX + 1, signal };
  const ids = await walkCommits({ graph, readCommit }, query);
  if (ids === undefined || ids.length > WALKED_MAX) return undefined;
  const commits = await Promise.all(ids.map(readCommit));
  if (commits.some((commit) => commit === undefined || commit.areParentsCut === true)) return undefined;
  return new Map(commits.map((commit) => [commit!.id, commit!.parents]));
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

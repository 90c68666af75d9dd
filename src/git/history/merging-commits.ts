import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { GitError, runGit, saysShortOfProcesses } from "../process/git-process.ts";
import { READ_MEMORY_BYTES_MAX } from "../process/read-limits.ts";
import type { HistorySource } from "./list-history.ts";
import { walkCommits } from "./walk-commits.ts";

/**
 * The commits that a branch has gained. For each, the first commit on the branch itself, which is its tip and first parents,
 * whose history has it: where it was merged.
 */
export type MergingCommits = ReadonlyMap<ObjectId, ObjectId>;

/** Commits that are read without a process: of a straight line, and of any other. */
const STRAIGHT_MAX = 50;
const WALKED_MAX = 256;

/** Some 200,000 commits: the answer is taken apart at once, while others wait. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
const TIME_LIMIT_MS = 30_000;

/**
 * Of what `tip` reaches and `old` does not. An ordinary push adds a few commits in a straight line, and a merge a few of a
 * branch, which are read without a process.
 *
 * @param old undefined for a new branch: then it is all of its history.
 * @returns nothing if there are too many to look through.
 * @throws GitError; the reason of the signal if it is aborted.
 */
export async function listMergingCommits(
  source: HistorySource & { readonly outputBytesMax?: number },
  tip: ObjectId,
  old: ObjectId | undefined,
): Promise<MergingCommits> {
  if (tip === old) return new Map();
  const straight = old && (await readStraightLine(source, tip, old));
  if (straight !== undefined) return straight;
  const parents = (old && (await readWalked(source, tip, old))) ?? (await readHistory(source, tip, old));
  return findMergingCommits(tip, parents);
}

/** Each of the line is on the branch. Undefined if there is none, or a long one. */
async function readStraightLine(
  { objects, gitDir }: HistorySource,
  tip: ObjectId,
  old: ObjectId,
): Promise<MergingCommits | undefined> {
  const line = new Map<ObjectId, ObjectId>();
  for (let id = tip; line.size < STRAIGHT_MAX; ) {
    const commit = await objects.readCommit(gitDir, id);
    const [parent] = commit?.parents ?? [];
    if (commit === undefined || parent === undefined || commit.parents.length > 1) return undefined;
    line.set(id, id);
    if (parent === old) return line;
    id = parent;
  }
  return undefined;
}

type Parents = ReadonlyMap<ObjectId, readonly ObjectId[]>;

/** Undefined if there are many, or most of the history is outside the graph. */
async function readWalked(
  { objects, gitDir, graph, signal }: HistorySource,
  tip: ObjectId,
  old: ObjectId,
): Promise<Parents | undefined> {
  const readCommit = (id: ObjectId) => objects.readCommit(gitDir, id);
  const query = { include: [tip], exclude: [old], skip: 0, limit: WALKED_MAX + 1, signal };
  const ids = await walkCommits({ graph, readCommit }, query);
  if (ids === undefined || ids.length > WALKED_MAX) return undefined;
  const commits = await Promise.all(ids.map(readCommit));
  if (commits.some((commit) => commit === undefined || commit.areParentsCut === true)) return undefined;
  return new Map(commits.map((commit) => [commit!.id, commit!.parents]));
}

async function readHistory(
  { gitDir, signal, outputBytesMax = OUTPUT_BYTES_MAX }: Parameters<typeof listMergingCommits>[0],
  tip: ObjectId,
  old: ObjectId | undefined,
): Promise<Parents> {
  const revisions = old === undefined ? [tip] : [tip, `^${old}`];
  const args = ["rev-list", "--parents", "--end-of-options", ...revisions];
  const limits = { outputBytesMax, memoryBytesMax: READ_MEMORY_BYTES_MAX, isLongWalk: true };
  const timeLimit = AbortSignal.timeout(TIME_LIMIT_MS);
  try {
    const output = await runGit(args, { gitDir, ...limits, signal: AbortSignal.any([signal, timeLimit]) });
    return parseParents(output.toString("latin1"));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GitError && (error.status === undefined || saysShortOfProcesses(error.stderr)))
      return new Map();
    throw error;
  }
}

function parseParents(text: string): Parents {
  const parents = new Map<ObjectId, readonly ObjectId[]>();
  for (const line of text.split("\n")) {
    const [commit, ...others] = line.split(" ").flatMap((id) => parseObjectId(id) ?? []);
    if (commit !== undefined) parents.set(commit, others);
  }
  return parents;
}

/** From the oldest commit of the branch on, so that each commit is visited once. */
function findMergingCommits(tip: ObjectId, parents: Parents): MergingCommits {
  const branch: ObjectId[] = [];
  for (let id: ObjectId | undefined = tip; id !== undefined && parents.has(id); id = parents.get(id)?.[0])
    branch.push(id);
  const merging = new Map<ObjectId, ObjectId>();
  for (const id of branch.reverse()) {
    const left = [id];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (merging.has(next)) continue;
      merging.set(next, id);
      for (const parent of parents.get(next) ?? []) if (parents.has(parent)) left.push(parent);
    }
  }
  return merging;
}

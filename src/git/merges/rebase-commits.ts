import { Failure } from "../../model/failure.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { EMPTY_TREE, runLimitedGit, timedOut } from "../diffs/run-limited-git.ts";
import type { HistorySource } from "../history/list-history.ts";
import type { Commit } from "../objects/commit.ts";
import { hashObject } from "../objects/hash-object.ts";
import type { ObjectReader } from "../objects/object-reader.ts";
import type { NewObject } from "../packs/write-pack.ts";
import { collectNewObjects } from "./collect-new-objects.ts";
import { commitContent, readKept } from "./commit-content.ts";
import { writeLooseObject } from "./loose-objects.ts";
import { type MergedTrees, type MergeGit, mergeTrees } from "./merge-trees.ts";

export type RebaseSource = MergeGit &
  HistorySource & { readonly objects: Pick<ObjectReader, "readCommit" | "readObject"> };

export type RebaseRequest = {
  readonly onto: ObjectId;
  readonly tip: ObjectId;
  /** `Name <address> seconds offset`. */
  readonly committer: string;
};

export type Rebased =
  | {
      readonly kind: "rebased";
      readonly tip: ObjectId;
      readonly tree: ObjectId;
      readonly objects: ReadonlyMap<ObjectId, NewObject>;
    }
  | Exclude<MergedTrees, { kind: "clean" }>;

export const REBASED_COMMITS_MAX = 10_000;
/** They are held in memory until they are packed, and a message may be as long as its author likes. */
export const REBASED_BYTES_MAX = 64 * 1024 * 1024;
const REBASE_TIME_LIMIT_MS = 60_000;

/** The line that `rev-list --cherry-mark` prints: `=` for a change that the other side has too. */
const MARK_BYTES = 1;
const LINE_BYTES = MARK_BYTES + 41;

/**
 * Repeats the commits of a tip on top of another commit, as `git rebase` does: merges are left out, and so are commits
 * whose change is there already. A commit that already stands where it would be repeated stays as it is.
 *
 * @throws Failure timed-out if it takes too long, invalid-input for more than REBASED_COMMITS_MAX commits.
 */
export async function rebaseCommits(source: RebaseSource, request: RebaseRequest): Promise<Rebased> {
  const limit = AbortSignal.timeout(REBASE_TIME_LIMIT_MS);
  try {
    return await rebase({ ...source, signal: AbortSignal.any([source.signal, limit]) }, request);
  } catch (error) {
    source.signal.throwIfAborted();
    throw limit.aborted ? timedOut("rebase", REBASE_TIME_LIMIT_MS) : error;
  }
}

async function rebase(source: RebaseSource, { onto, tip: last, committer }: RebaseRequest): Promise<Rebased> {
  const objects = new Map<ObjectId, NewObject>();
  const trees: ObjectId[] = [];
  let bytes = 0;
  let tip = onto;
  let tree = (await getCommit(source, onto)).tree;
  for (const pick of await listPicks(source, onto, last)) {
    const commit = await getCommit(source, pick.id);
    const [parent] = commit.parents;
    if (parent === tip) {
      ({ id: tip, tree } = commit);
      continue;
    }
    const before = parent === undefined ? EMPTY_TREE : (await getCommit(source, parent)).tree;
    const isEmpty = before === commit.tree;
    if (pick.isThere && !isEmpty) continue;
    const picked = await pickTree(source, { before, after: commit.tree, onto: tree });
    if (picked.kind !== "clean") return picked;
    if (picked.tree === tree && !isEmpty) continue;
    ({ tree } = picked);
    const content = await repeated(source, commit.id, { tree, parents: [tip], committer });
    bytes += content.length;
    if (bytes > REBASED_BYTES_MAX)
      throw new Failure(
        "invalid-input",
        `Cannot rebase: the commits have more than ${REBASED_BYTES_MAX} bytes`,
      );
    tip = hashObject("commit", content);
    objects.set(tip, { type: "commit", content });
    trees.push(tree);
  }
  await collectNewObjects(source, trees, objects);
  return { kind: "rebased", tip, tree, objects };
}

type PickedCommit = { readonly id: ObjectId; readonly isThere: boolean };

/** In the order and with the choice of `git rebase`: sequencer.c, `sequencer_make_script`. */
async function listPicks(
  source: RebaseSource,
  onto: ObjectId,
  tip: ObjectId,
): Promise<readonly PickedCommit[]> {
  const args = [
    "rev-list",
    "--reverse",
    "--topo-order",
    "--no-merges",
    "--right-only",
    "--cherry-mark",
    `--max-count=${REBASED_COMMITS_MAX + 1}`,
    "--end-of-options",
    `${onto}...${tip}`,
  ];
  const options = { ...source, outputBytesMax: (REBASED_COMMITS_MAX + 1) * LINE_BYTES };
  const output = await runLimitedGit("rebase", args, options);
  const picks = output
    .toString("latin1")
    .split("\n")
    .flatMap((line) => {
      const id = parseObjectId(line.slice(MARK_BYTES));
      return id === undefined ? [] : [{ id, isThere: line.startsWith("=") }];
    });
  if (picks.length > REBASED_COMMITS_MAX)
    throw new Failure("invalid-input", `Cannot rebase: there are more than ${REBASED_COMMITS_MAX} commits`);
  return picks;
}

async function getCommit({ objects, gitDir }: RebaseSource, id: ObjectId): Promise<Commit> {
  const commit = await objects.readCommit(gitDir, id);
  if (commit === undefined) throw new Error(`commit ${id} of ${gitDir} is missing`);
  return commit;
}

/** git 2.39 takes no common ancestor for merge-tree, so it is given three commits made for this. */
async function pickTree(
  source: RebaseSource,
  trees: { readonly before: ObjectId; readonly after: ObjectId; readonly onto: ObjectId },
): Promise<MergedTrees> {
  if (trees.onto === trees.before || trees.before === trees.after) {
    return { kind: "clean", tree: trees.onto === trees.before ? trees.after : trees.onto };
  }
  const base = await writeStandIn(source, trees.before, []);
  const ours = await writeStandIn(source, trees.onto, [base]);
  const theirs = await writeStandIn(source, trees.after, [base]);
  return mergeTrees(source, { ours, theirs });
}

const NOBODY = "nobody <> 0 +0000";

function writeStandIn(
  { objectFolder }: RebaseSource,
  tree: ObjectId,
  parents: readonly ObjectId[],
): Promise<ObjectId> {
  const content = commitContent({ tree, parents, author: NOBODY, committer: NOBODY, message: "" });
  return writeLooseObject(objectFolder, "commit", content);
}

async function repeated(
  { objects, gitDir }: RebaseSource,
  id: ObjectId,
  changed: { readonly tree: ObjectId; readonly parents: readonly ObjectId[]; readonly committer: string },
): Promise<Buffer> {
  const object = await objects.readObject(gitDir, id);
  if (object === undefined) throw new Error(`commit ${id} of ${gitDir} is missing`);
  const { author = changed.committer, message } = readKept(object.content);
  return commitContent({ ...changed, author, message });
}

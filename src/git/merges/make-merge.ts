import { type MergeStrategy, needsAhead } from "../../model/merge-strategy.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { findMergeBase } from "../diffs/find-merge-base.ts";
import { isInHistory } from "../history/list-history.ts";
import { hashObject } from "../objects/hash-object.ts";
import type { NewObject } from "../packs/write-pack.ts";
import { collectNewObjects } from "./collect-new-objects.ts";
import { commitContent } from "./commit-content.ts";
import { type MergedTrees, mergeTrees } from "./merge-trees.ts";
import { type RebaseSource, rebaseCommits } from "./rebase-commits.ts";

/** Two commits of one repository, and what the commits that merge them say. */
export type MergeRequest = {
  readonly strategy: MergeStrategy;
  readonly destination: ObjectId;
  readonly source: ObjectId;
  /** Of the merge commit or the squashed one. A last line feed is added. */
  readonly message: string;
  /** Who merges, and when: `Name <address> seconds offset`. */
  readonly merger: string;
};

export type Merge =
  /** `objects` is what the repository does not have of the new tip: nothing for a plain fast-forward. */
  | { readonly kind: "made"; readonly tip: ObjectId; readonly objects: readonly NewObject[] }
  | { readonly kind: "conflicts" }
  | { readonly kind: "unrelated" }
  /** The strategy asks for a source that has all of the destination. */
  | { readonly kind: "diverged" }
  /** The destination has all of the source. */
  | { readonly kind: "nothing" };

/**
 * Makes the commits of a merge, and changes nothing: neither refs nor the repository. git writes trees and files into the
 * object folder, from which `objects` are read.
 *
 * @throws Failure timed-out if it takes too long or too much memory.
 */
export async function makeMerge(source: RebaseSource, request: MergeRequest): Promise<Merge> {
  if (await isInHistory(source, request.source, request.destination)) return { kind: "nothing" };
  const isAhead = await isInHistory(source, request.destination, request.source);
  if (!isAhead && needsAhead(request.strategy)) return { kind: "diverged" };
  switch (request.strategy) {
    case "merge_commit":
      return mergeCommit(source, request, isAhead);
    case "squash":
      return squash(source, request, isAhead);
    case "fast_forward":
      return { kind: "made", tip: request.source, objects: [] };
    case "squash_fast_forward":
      return squash(source, request, isAhead);
    case "rebase_fast_forward":
    case "rebase_merge":
      return rebase(source, request, isAhead);
  }
}

async function treeOf({ objects, gitDir }: RebaseSource, id: ObjectId): Promise<ObjectId> {
  const commit = await objects.readCommit(gitDir, id);
  if (commit === undefined) throw new Error(`commit ${id} of ${gitDir} is missing`);
  return commit.tree;
}

/** Where the destination has nothing of its own, the source's tree is the merged one, and no process is needed. */
async function mergedTree(
  source: RebaseSource,
  request: MergeRequest,
  isAhead: boolean,
): Promise<MergedTrees> {
  if (isAhead) return { kind: "clean", tree: await treeOf(source, request.source) };
  return mergeTrees(source, { ours: request.destination, theirs: request.source });
}

async function mergeCommit(source: RebaseSource, request: MergeRequest, isAhead: boolean): Promise<Merge> {
  const merged = await mergedTree(source, request, isAhead);
  if (merged.kind !== "clean") return merged;
  return commitTree(source, request, merged.tree, [request.destination, request.source], new Map());
}

async function squash(source: RebaseSource, request: MergeRequest, isAhead: boolean): Promise<Merge> {
  const merged = await mergedTree(source, request, isAhead);
  if (merged.kind !== "clean") return merged;
  // git commit(1) refuses a commit that changes nothing.
  if (merged.tree === (await treeOf(source, request.destination))) return { kind: "nothing" };
  return commitTree(source, request, merged.tree, [request.destination], new Map());
}

async function rebase(source: RebaseSource, request: MergeRequest, isAhead: boolean): Promise<Merge> {
  const { destination, merger } = request;
  // git would rebase what has nothing in common. As a merge of a pull request it is refused with every strategy.
  if (!isAhead && (await findMergeBase(source, destination, request.source)) === undefined)
    return { kind: "unrelated" };
  const rebased = await rebaseCommits(source, { onto: destination, tip: request.source, committer: merger });
  if (rebased.kind !== "rebased") return rebased;
  if (rebased.tip === destination) return { kind: "nothing" };
  if (request.strategy === "rebase_fast_forward")
    return { kind: "made", tip: rebased.tip, objects: [...rebased.objects.values()] };
  return commitTree(source, request, rebased.tree, [destination, rebased.tip], rebased.objects);
}

async function commitTree(
  source: RebaseSource,
  { merger, message }: MergeRequest,
  tree: ObjectId,
  parents: readonly ObjectId[],
  made: ReadonlyMap<ObjectId, NewObject>,
): Promise<Merge> {
  const objects = new Map(made);
  await collectNewObjects(source, [tree], objects);
  const text = message.endsWith("\n") ? message : `${message}\n`;
  const content = commitContent({ tree, parents, author: merger, committer: merger, message: text });
  const tip = hashObject("commit", content);
  objects.set(tip, { type: "commit", content });
  return { kind: "made", tip, objects: [...objects.values()] };
}

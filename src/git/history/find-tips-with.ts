import type { ObjectId } from "../../model/object-id.ts";
import { createHeap } from "./heap.ts";
import { type HistoryNode, openHistoryNodes } from "./history-nodes.ts";
import type { WalkSource } from "./walk-commits.ts";

const STEPS_MAX = 100_000;
const STEPS_AT_ONCE = 10_000;

/**
 * Those of the tips whose history has the commit: itself among them, if it is one. Walks from the tips down to the commit's
 * generation, without a process.
 *
 * @returns undefined if that is too far, or too much of the history is outside the graph.
 */
export async function findTipsWith(
  source: WalkSource,
  commit: ObjectId,
  tips: readonly ObjectId[],
  { signal, stepsMax = STEPS_MAX }: { readonly signal: AbortSignal; readonly stepsMax?: number },
): Promise<ReadonlySet<ObjectId> | undefined> {
  const nodes = openHistoryNodes(source);
  const wanted = await nodes.find(commit);
  if (wanted === undefined) return undefined;
  const heap = createHeap<HistoryNode>((a, b) => b.generation - a.generation);
  const seen = new Set<HistoryNode>();
  const starts = new Map<ObjectId, HistoryNode>();

  function reach(node: HistoryNode): void {
    if (node.generation < wanted!.generation || seen.has(node)) return;
    seen.add(node);
    heap.push(node);
  }

  for (const tip of tips) {
    const node = await nodes.find(tip);
    if (node === undefined) return undefined;
    starts.set(tip, node);
    reach(node);
  }
  const visited: HistoryNode[] = [];
  for (let node = heap.pop(); node !== undefined; node = heap.pop()) {
    if (visited.length >= stepsMax) return undefined;
    visited.push(node);
    for (const parent of nodes.parentsOf(node)) reach(parent);
    if (visited.length % STEPS_AT_ONCE === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  }
  // From the commit up: whoever has a parent that has it, has it too.
  const having = new Set<HistoryNode>([wanted]);
  for (const node of visited.reverse())
    if (nodes.parentsOf(node).some((parent) => having.has(parent))) having.add(node);
  return new Set([...starts].filter(([, node]) => having.has(node)).map(([tip]) => tip));
}

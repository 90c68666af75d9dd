import type { ObjectId } from "../../model/object-id.ts";
import { createHeap } from "./heap.ts";
import { type HistoryNode, openHistoryNodes } from "./history-nodes.ts";
import type { WalkSource } from "./walk-commits.ts";

/** How far a branch is from another: what it alone has, and what it lacks. */
export type Distance = {
  readonly ahead: number;
  readonly behind: number;
  /** The walk was ended before it had counted all: there are at least so many. */
  readonly isCut: boolean;
};

/** A bit for each branch, and one for what they are compared with. */
export const TIPS_MAX = 30;
/** Some 100 ms. */
const STEPS_MAX = 100_000;
const STEPS_AT_ONCE = 10_000;

/**
 * Counts for each tip the commits that it has and `base` has not, and the other way round, in one walk: each commit is
 * visited once, after all of its children.
 *
 * @param tips at most TIPS_MAX.
 * @returns undefined if too much of the history is outside the graph, or a commit cannot be read.
 */
export async function countApart(
  source: WalkSource,
  base: ObjectId,
  tips: readonly ObjectId[],
  { signal, stepsMax = STEPS_MAX }: { readonly signal: AbortSignal; readonly stepsMax?: number },
): Promise<readonly Distance[] | undefined> {
  if (tips.length > TIPS_MAX) throw new RangeError(`more than ${TIPS_MAX} tips`);
  const nodes = openHistoryNodes(source);
  const found: (HistoryNode | undefined)[] = [];
  for (const id of [base, ...tips]) found.push(await nodes.find(id));
  const masks = new Map<HistoryNode, number>();
  const heap = createHeap<HistoryNode>((a, b) => b.generation - a.generation);
  const all = 2 ** found.length - 1;
  /** In the heap, and reached by some only: as long as there is one, the walk goes on. */
  let open = 0;

  function reach(node: HistoryNode, mask: number): void {
    const before = masks.get(node);
    const after = (before ?? 0) | mask;
    if (before === after) return;
    masks.set(node, after);
    if (before === undefined) {
      heap.push(node);
      if (after !== all) open += 1;
    } else if (after === all) {
      open -= 1;
    }
  }

  for (const [index, node] of found.entries()) {
    if (node === undefined) return undefined;
    reach(node, 1 << index);
  }
  const ahead = new Array<number>(tips.length).fill(0);
  const behind = new Array<number>(tips.length).fill(0);
  let steps = 0;
  while (open > 0 && steps < stepsMax) {
    const node = heap.pop()!;
    const mask = masks.get(node)!;
    if (mask !== all) {
      open -= 1;
      const counts = (mask & 1) === 0 ? ahead : behind;
      const isInBase = (mask & 1) === 1;
      for (let index = 0; index < tips.length; index += 1) {
        const isInTip = (mask & (2 << index)) !== 0;
        if (isInTip !== isInBase) counts[index]! += 1;
      }
    }
    for (const parent of nodes.parentsOf(node)) reach(parent, mask);
    steps += 1;
    if (steps % STEPS_AT_ONCE === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  }
  return tips.map((_, index) => ({ ahead: ahead[index]!, behind: behind[index]!, isCut: open > 0 }));
}

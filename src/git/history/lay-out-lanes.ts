import type { ObjectId } from "../../model/object-id.ts";

export type LaneCommit = { readonly id: ObjectId; readonly parents: readonly ObjectId[] };

/** A line within the upper or the lower half of a row, or through all of it. Lanes count from 0. */
export type LaneLine = {
  readonly half: "upper" | "lower" | "whole";
  readonly from: number;
  readonly to: number;
};

export type LaneRow = {
  /** Of the commit. Undefined: all lanes are taken, and it is not drawn. */
  readonly lane: number | undefined;
  readonly lines: readonly LaneLine[];
  /** Some of its parents have no line, since all lanes are taken. */
  readonly hasHiddenParents: boolean;
};

/**
 * Lays out the lines from commits to their parents, one row for each commit. Parents never come before their children
 * (topological order). A lane that is waiting for a commit runs straight down to its row.
 *
 * @param lanesMax more lines than this beside each other are left out.
 */
export function layOutLanes(commits: readonly LaneCommit[], lanesMax: number): LaneRow[] {
  /** For which commit each lane is waiting. */
  const lanes: (ObjectId | undefined)[] = [];

  function takeLane(id: ObjectId): number | undefined {
    const free = lanes.indexOf(undefined);
    const lane = free === -1 ? lanes.length : free;
    if (lane >= lanesMax) return undefined;
    lanes[lane] = id;
    return lane;
  }

  return commits.map(({ id, parents }) => {
    const arriving = lanes.flatMap((waiting, lane) => (waiting === id ? [lane] : []));
    const passing = lanes.flatMap((waiting, lane) => (waiting === undefined || waiting === id ? [] : [lane]));
    const lane = arriving[0] ?? takeLane(id);
    const lines: LaneLine[] = [
      ...passing.map((each) => ({ half: "whole", from: each, to: each }) as const),
      ...arriving.map((from) => ({ half: "upper", from, to: lane! }) as const),
    ];
    for (const each of arriving) lanes[each] = undefined;
    if (lane === undefined) return { lane, lines, hasHiddenParents: parents.length > 0 };
    lanes[lane] = undefined;
    let hasHiddenParents = false;
    for (const parent of new Set(parents)) {
      const waiting = lanes.indexOf(parent);
      // The first parent goes straight on, in the lane of the commit, unless somebody waits for it already.
      const to = waiting === -1 ? takeParentLane(parent, lane) : waiting;
      if (to === undefined) hasHiddenParents = true;
      else lines.push({ half: "lower", from: lane, to });
    }
    return { lane, lines, hasHiddenParents };
  });

  function takeParentLane(parent: ObjectId, own: number): number | undefined {
    if (lanes[own] !== undefined) return takeLane(parent);
    lanes[own] = parent;
    return own;
  }
}

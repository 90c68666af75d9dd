import type { FaultPoint } from "../../../src/fault-points.ts";

/** `tests/durability/killed-merge.test.ts` kills at each of them: a merge that is waited for, and one that is not. */
export const POINTS_OF_MERGES = {
  awaited: [
    "merge.made",
    "objects.quarantined",
    "objects.indexed",
    "objects.checked",
    "merge.stored",
    "packs.synced",
    "packs.moving",
    "packs.moved",
    "packs.accepted",
    "refs.judged",
    "refs.applied",
    "transaction.recorded",
    "refs.committed",
  ],
  async: ["transaction.recorded", "merge.queued", "merge.made", "refs.applied", "refs.committed"],
} as const satisfies Record<string, readonly FaultPoint[]>;

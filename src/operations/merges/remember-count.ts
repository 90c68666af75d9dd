import type { CountBehind } from "./merge-checks.ts";

/** Counts commits before a transaction, and tells in it what was counted: with rows locked, nobody waits for git or for packs. */
export type RememberedCount = {
  readonly count: CountBehind;
  /** Of the same commits. Undefined if nobody has counted so far: the rule that asks for it has just come. */
  readonly recall: (limit: number) => number | undefined;
};

/** @param count of two commits, which do not change. */
export function rememberCount(count: CountBehind): RememberedCount {
  let counted: { readonly limit: number; readonly found: number } | undefined;
  return {
    async count(limit) {
      const found = await count(limit);
      counted = { limit, found };
      return found;
    },
    recall(limit) {
      if (counted === undefined) return undefined;
      // With fewer than it might have found, it has counted all.
      const isEnough = counted.found < counted.limit || limit <= counted.limit;
      return isEnough ? Math.min(limit, counted.found) : undefined;
    },
  };
}

/** Bitbucket's ways to merge a pull request. The first is the one that a merge without a strategy uses. */
export const MERGE_STRATEGIES = [
  "merge_commit",
  "squash",
  "fast_forward",
  "squash_fast_forward",
  "rebase_fast_forward",
  "rebase_merge",
] as const;

export type MergeStrategy = (typeof MERGE_STRATEGIES)[number];

export function parseMergeStrategy(text: string): MergeStrategy | undefined {
  return MERGE_STRATEGIES.find((strategy) => strategy === text);
}

/** Whether a strategy asks for a source that has all of the destination. */
export function needsAhead(strategy: MergeStrategy): boolean {
  return strategy === "fast_forward" || strategy === "squash_fast_forward";
}

/** What is reported of the values of all rounds. The median, since one slow round of a shared machine must not decide. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** @throws Error if there is no value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle];
  if (high === undefined) throw new Error("no value was measured");
  const median = sorted.length % 2 === 1 ? high : (sorted[middle - 1]! + high) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

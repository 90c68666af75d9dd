import type { JunkRun } from "./junk-run.ts";

/**
 * Some thousands of requests, always the same, so that a test which fails fails for a change; `JUNK_SEED` gives others.
 * `npm run test:long` sends many more, with a seed of its own each time.
 */
export const FEW_CASES: Pick<JunkRun, "seed" | "casesPerRoute"> = {
  seed: Number(process.env.JUNK_SEED ?? 20_261_127),
  casesPerRoute: Number(process.env.JUNK_CASES ?? 8),
};

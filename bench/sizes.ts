import type { LargeSizes } from "./fixtures/large-things.ts";

/** How large everything is that is measured. */
export type BenchSizes = {
  readonly rounds: number;
  /** Of one measurement of a rate. */
  readonly rateSeconds: number;
  readonly bigBlobs: number;
  readonly mediumCommits: number;
  readonly mediumRefs: number;
  readonly longCommits: number;
  readonly manyRefs: number;
  readonly ciClones: number;
  readonly coldPages: number;
  readonly fewTokens: number;
  readonly manyTokens: number;
  readonly tokenChecks: number;
  readonly repositories: number;
  readonly pullRequests: number;
  readonly slowClones: number;
  readonly slowCloneSeconds: number;
  readonly slowCloneBytesPerSecond: number;
  /** What pages have to show. */
  readonly large: LargeSizes;
};

/** Those of the goals. */
export const FULL_SIZES: BenchSizes = {
  rounds: 7,
  rateSeconds: 3,
  bigBlobs: 3_000,
  mediumCommits: 5_000,
  mediumRefs: 350,
  longCommits: 80_000,
  manyRefs: 100_000,
  ciClones: 50,
  coldPages: 1_000,
  fewTokens: 1_000,
  manyTokens: 1_000_000,
  tokenChecks: 50_000,
  repositories: 10_000,
  pullRequests: 10_000,
  slowClones: 8,
  slowCloneSeconds: 8,
  slowCloneBytesPerSecond: 4 * 1024 * 1024,
  large: {
    diffLines: 10_000,
    fileBytes: 50_000_000,
    entries: 10_000,
    branches: 5_000,
    commitFiles: 2_000,
    comments: 1_000,
  },
};

/** Enough to see that every benchmark works, in a minute. The numbers mean nothing. */
export const SMOKE_SIZES: BenchSizes = {
  rounds: 1,
  rateSeconds: 1,
  bigBlobs: 40,
  mediumCommits: 150,
  mediumRefs: 20,
  longCommits: 400,
  manyRefs: 900,
  ciClones: 2,
  coldPages: 5,
  fewTokens: 50,
  manyTokens: 500,
  tokenChecks: 200,
  repositories: 40,
  pullRequests: 40,
  slowClones: 2,
  slowCloneSeconds: 0.3,
  slowCloneBytesPerSecond: 1024 * 1024,
  large: { diffLines: 60, fileBytes: 20_000, entries: 50, branches: 30, commitFiles: 20, comments: 12 },
};

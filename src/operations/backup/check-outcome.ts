import type { Finding } from "./finding.ts";

export type CheckOutcome = {
  readonly repositories: number;
  readonly refs: number;
  readonly downloads: number;
  /** Of the object store, named by rows. Undefined of a data folder. */
  readonly objects?: number;
  readonly findings: readonly Finding[];
};

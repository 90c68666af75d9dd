import type { Lookups } from "./lookups.ts";

/** A database as it is when a request comes, or as it is later. */
export type DatabaseMoment = {
  /** Another one as soon as anything has been committed, by this process or another. */
  readonly version: DatabaseVersion;
  /** For a request that reads: what it commits itself they may not see. */
  readonly lookups: Lookups;
};

export type DatabaseVersion = string | number;

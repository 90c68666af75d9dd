import type { Lookups } from "./lookups.ts";

/** The state of a database when a request arrives, or a later one. */
export type RequestLookups = {
  /** Changes as soon as anything has been committed, by this process or another. */
  readonly version: DatabaseVersion;
  /** For a request that only reads: they may not see what the request itself commits. */
  readonly lookups: Lookups;
};

export type DatabaseVersion = string | number;

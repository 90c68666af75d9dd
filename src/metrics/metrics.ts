import type { MetricObject } from "prom-client";

/** `bypass`: answered by a process of its own, since it cannot be cached. */
export type FetchOutcome = "hit" | "coalesced" | "miss" | "bypass";

export type LeaseChange = "taken" | "released" | "lost";

/** Of the cache of the object store, since the start. */
export type CacheCounts = {
  readonly hits: number;
  readonly misses: number;
  readonly broughtBytes: number;
  readonly evictedBytes: number;
};

/** Of what was written for the object store, since the start. */
export type UploadCounts = {
  /** Those that the store has acknowledged. */
  readonly uploads: number;
  readonly uploadedBytes: number;
  readonly failedUploads: number;
  /** Objects for the database. */
  readonly inlineObjects: number;
};

/** Of what was read from the object store, since the start. */
export type ReadCounts = {
  /** Those that were given up. */
  readonly failedReads: number;
};

/** What the server counts of itself, for Prometheus. No name of a person, repository or token is a label. */
export type Metrics = {
  countRequest(method: string, route: string, status: number, durationMs: number): void;
  /** An answer of REST that was written for an earlier request. */
  countCachedAnswer(): void;
  countFetch(answer: FetchOutcome): void;
  countFetchBytes(bytes: number): void;
  /** Objects without a name that were deleted from the object store. */
  countSweptObjects(count: number): void;
  /** Objects and uploads that were found in the object store and have no row. */
  countUnknownObjects(count: number): void;
  /** What its cache of the object store has done since the start, what it has uploaded, and what it could not read. */
  watchObjects(counts: () => CacheCounts & UploadCounts & ReadCounts): void;
  /** A lease that this process has taken, has given back, or may have lost to another node. */
  noteLease(change: LeaseChange): void;
  /** Counts of limits that were written for other nodes, and read; or could not be. */
  countLimitSync(isWritten: boolean): void;
  /** `aheadMs`: of the machine's clock, before the one that this node goes by. */
  watchClock(aheadMs: () => number): void;
  /** All numbers as they are now, for `writeMetrics`. Can be sent to another process as JSON. */
  read(): Promise<readonly MetricObject[]>;
};

/** Counts nothing: where nobody reads the numbers. */
export const NO_METRICS: Metrics = {
  countRequest() {},
  countCachedAnswer() {},
  countFetch() {},
  countFetchBytes() {},
  countSweptObjects() {},
  countUnknownObjects() {},
  watchObjects() {},
  noteLease() {},
  countLimitSync() {},
  watchClock() {},
  read: async () => [],
};

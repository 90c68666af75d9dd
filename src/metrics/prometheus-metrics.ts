import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObject,
  Registry,
} from "prom-client";
import type { Metrics } from "./metrics.ts";

/** From the answers out of memory to the pushes of gigabytes, in seconds. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10, 60, 300];

export function createPrometheusMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "pail_" });
  const requests = new Histogram({
    name: "pail_http_request_duration_seconds",
    help: "Time from a request's head to the end of its answer",
    labelNames: ["method", "route", "status"] as const,
    buckets: DURATION_BUCKETS,
    registers,
  });
  const cachedAnswers = new Counter({
    name: "pail_http_cached_answers_total",
    help: "Answers of REST that were written for an earlier request",
    registers,
  });
  const fetches = new Counter({
    name: "pail_git_fetches_total",
    help: "Fetches that asked for objects, by how they were answered",
    labelNames: ["answer"] as const,
    registers,
  });
  const fetchBytes = new Counter({
    name: "pail_git_fetch_bytes_total",
    help: "Bytes of the answers to fetches",
    registers,
  });
  const sweptObjects = new Counter({
    name: "pail_store_swept_objects_total",
    help: "Objects that nothing names any more and that were deleted from the object store",
    registers,
  });
  const unknownObjects = new Counter({
    name: "pail_store_unknown_objects_total",
    help: "Objects and uploads that were found in the object store and that no row knows",
    registers,
  });
  const leases = new Counter({
    name: "pail_leases_total",
    help: "Leases for what one node at a time may do: taken, released, or lost to another node",
    labelNames: ["change"] as const,
    registers,
  });
  const leasesHeld = new Gauge({ name: "pail_leases_held", help: "Leases that are held now", registers });
  const limitSyncs = new Counter({
    name: "pail_limit_syncs_total",
    help: "How often counts of limits were exchanged with other nodes, or could not be",
    labelNames: ["outcome"] as const,
    registers,
  });
  return {
    countRequest: (method, route, status, durationMs) =>
      requests.observe({ method, route, status }, durationMs / 1000),
    countCachedAnswer: () => cachedAnswers.inc(),
    countFetch: (answer) => fetches.inc({ answer }),
    countFetchBytes: (bytes) => fetchBytes.inc(bytes),
    countSweptObjects: (count) => sweptObjects.inc(count),
    countUnknownObjects: (count) => unknownObjects.inc(count),
    watchObjects(counts) {
      const watch = (name: string, help: string, read: (now: ReturnType<typeof counts>) => number) =>
        new Counter({
          name,
          help,
          registers,
          collect() {
            this.reset();
            this.inc(read(counts()));
          },
        });
      watch(
        "pail_object_cache_hits_total",
        "Objects that were in the cache when they were asked for",
        ({ hits }) => hits,
      );
      watch(
        "pail_object_cache_misses_total",
        "Objects that had to be brought into the cache",
        ({ misses }) => misses,
      );
      watch(
        "pail_object_cache_brought_bytes_total",
        "Bytes brought into the cache",
        ({ broughtBytes }) => broughtBytes,
      );
      watch(
        "pail_object_cache_evicted_bytes_total",
        "Bytes removed to make room",
        ({ evictedBytes }) => evictedBytes,
      );
      watch(
        "pail_store_uploads_total",
        "Objects that the object store has acknowledged",
        ({ uploads }) => uploads,
      );
      watch(
        "pail_store_uploaded_bytes_total",
        "Bytes of these objects",
        ({ uploadedBytes }) => uploadedBytes,
      );
      watch(
        "pail_store_failed_uploads_total",
        "Uploads that were given up",
        ({ failedUploads }) => failedUploads,
      );
      watch(
        "pail_store_failed_reads_total",
        "Reads that the object store did not answer, after all tries",
        ({ failedReads }) => failedReads,
      );
      watch(
        "pail_store_inline_objects_total",
        "Objects small enough for the database",
        ({ inlineObjects }) => inlineObjects,
      );
    },
    noteLease(change) {
      leases.inc({ change });
      leasesHeld.inc(change === "taken" ? 1 : -1);
    },
    countLimitSync: (isWritten) => limitSyncs.inc({ outcome: isWritten ? "written" : "failed" }),
    watchClock(aheadMs) {
      new Gauge({
        name: "pail_clock_ahead_seconds",
        help: "How far the machine's clock is ahead of the database's, by which nodes go",
        registers,
        // Of one machine.
        aggregator: "average",
        collect() {
          this.set(aheadMs() / 1_000);
        },
      });
    },
    read: () => registry.getMetricsAsJSON(),
  };
}

/** The numbers of several processes as one text, in Prometheus's text format 0.0.4. */
export function writeMetrics(processes: readonly (readonly MetricObject[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes.map((objects) => [...objects])).metrics();
}

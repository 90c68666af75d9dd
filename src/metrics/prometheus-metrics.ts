import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
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
  return {
    countRequest: (method, route, status, durationMs) =>
      requests.observe({ method, route, status }, durationMs / 1000),
    countCachedAnswer: () => cachedAnswers.inc(),
    countFetch: (answer) => fetches.inc({ answer }),
    countFetchBytes: (bytes) => fetchBytes.inc(bytes),
    countSweptObjects: (count) => sweptObjects.inc(count),
    countUnknownObjects: (count) => unknownObjects.inc(count),
    read: () => registry.getMetricsAsJSON(),
  };
}

/** The numbers of several processes as one text, in Prometheus's text format 0.0.4. */
export function writeMetrics(processes: readonly (readonly MetricObject[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes.map((objects) => [...objects])).metrics();
}

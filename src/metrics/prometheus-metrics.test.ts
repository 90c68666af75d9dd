import assert from "node:assert/strict";
import { test } from "node:test";
import { createPrometheusMetrics, writeMetrics } from "./prometheus-metrics.ts";

test("what nodes share is counted: leases, exchanges of counts, and the clock", async () => {
  const processes = [createPrometheusMetrics(), createPrometheusMetrics()];
  for (const [index, metrics] of processes.entries()) {
    for (const change of ["taken", "taken", "released", "taken", "lost"] as const) metrics.noteLease(change);
    metrics.countLimitSync(index === 0);
    metrics.watchClock(() => -60_000);
  }
  const text = await writeMetrics(await Promise.all(processes.map((metrics) => metrics.read())));
  for (const line of [
    'pail_leases_total{change="taken"} 6',
    'pail_leases_total{change="released"} 2',
    'pail_leases_total{change="lost"} 2',
    "pail_leases_held 2",
    'pail_limit_syncs_total{outcome="written"} 1',
    'pail_limit_syncs_total{outcome="failed"} 1',
    "pail_clock_ahead_seconds -60",
  ])
    assert.ok(text.split("\n").includes(line), line);
});

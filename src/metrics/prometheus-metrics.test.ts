import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { startFilledApp } from "../../tests/support/server/filled-app.ts";
import { TEST_OBJECT_STORE } from "../../tests/support/server/test-app.ts";
import { createPrometheusMetrics, writeMetrics } from "./prometheus-metrics.ts";

test("what the cache of objects and the uploads of all processes have done is added up, as it is now", async () => {
  const counts = { hits: 1, misses: 2, broughtBytes: 300, evictedBytes: 4 };
  const uploads = { uploads: 5, uploadedBytes: 600, failedUploads: 7, inlineObjects: 8, failedReads: 9 };
  const processes = [createPrometheusMetrics(), createPrometheusMetrics()];
  for (const metrics of processes) metrics.watchObjects(() => ({ ...counts, ...uploads }));
  const write = async () => writeMetrics(await Promise.all(processes.map((metrics) => metrics.read())));
  await write();
  counts.hits = 10;
  const lines = (await write()).split("\n");
  for (const line of [
    "pail_object_cache_hits_total 20",
    "pail_object_cache_misses_total 4",
    "pail_object_cache_brought_bytes_total 600",
    "pail_object_cache_evicted_bytes_total 8",
    "pail_store_uploads_total 10",
    "pail_store_uploaded_bytes_total 1200",
    "pail_store_failed_uploads_total 14",
    "pail_store_inline_objects_total 16",
    "pail_store_failed_reads_total 18",
  ])
    assert.ok(lines.includes(line), line);
});

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

test("a server with an object store counts what goes into it, and into its cache", async () => {
  const filled = await startFilledApp({
    objectStore: TEST_OBJECT_STORE,
    metrics: { host: "127.0.0.1", port: 0 },
  });
  const { app, git, folder } = filled;
  const push = async (content: string) => {
    await filled.commit({ "a.txt": content }, "Pushed");
    await git.out(["push", "--quiet", "origin", "HEAD:main"], { folder });
  };
  const read = async () => {
    const lines = (await writeMetrics([await app.ports.metrics.read()])).split("\n");
    return (name: string) => Number(lines.find((line) => line.startsWith(`pail_${name} `))?.split(" ")[1]);
  };
  await push("small");
  const first = await read();
  assert.ok(first("store_inline_objects_total") >= 1);
  assert.equal(first("store_uploads_total"), 0);
  await push(randomBytes(100_000).toString("base64"));
  const second = await read();
  assert.equal(second("store_uploads_total"), 1);
  assert.ok(second("store_uploaded_bytes_total") > 100_000);
  assert.equal(second("store_failed_uploads_total"), 0);
});

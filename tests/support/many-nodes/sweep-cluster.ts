import assert from "node:assert/strict";
import pg from "pg";
import { Secret } from "../../../src/model/secret.ts";
import { openS3ObjectStore, type S3ObjectStore } from "../../../src/storage/object-store/s3-object-store.ts";
import type { Database } from "../../../src/storage/sql/database.ts";
import { openDatabase } from "../../../src/storage/sql/open-database.ts";
import { listUnknownObjects } from "../../../src/storage/stored-objects/list-unknown-objects.ts";
import { type SweepTimes, sweepObjects } from "../../../src/storage/stored-objects/sweep-objects.ts";
import { type NodeCluster, STORE_PREFIX } from "./node-cluster.ts";

const NEVER = new AbortController().signal;
const AT_ONCE: SweepTimes = { pendingMs: 0, retentionMs: 0, settleMs: 0, quietMs: 0 };
/** Condemned, deleted, deleted again and forgotten. */
const ROUNDS_MAX = 4;
const DAY_MS = 86_400_000;

async function withPorts<T>(
  { databaseUrl, store }: NodeCluster,
  work: (ports: { readonly database: Database; readonly store: S3ObjectStore }) => Promise<T>,
): Promise<T> {
  assert.ok(store !== undefined);
  const { bucket, endpoint, region } = store;
  const opened = await openS3ObjectStore({
    bucket,
    prefix: STORE_PREFIX,
    endpoint,
    region,
    forcePathStyle: true,
  });
  const database = await openDatabase({ kind: "postgres", url: new Secret(databaseUrl), connectionsMax: 2 });
  try {
    return await work({ database, store: opened });
  } finally {
    await database.close();
    opened.close();
  }
}

/** One sweep, as any node does it each minute, with other times. */
export async function sweepCluster(cluster: NodeCluster, times: SweepTimes): Promise<void> {
  await withPorts(cluster, async (ports) => {
    const { errors } = await sweepObjects(ports, times, NEVER);
    assert.deepEqual(errors, []);
  });
}

/**
 * Sweeps until nothing is left to do, as if days went by while nobody works.
 *
 * @throws AssertionError if something lay in the store of which no row knew.
 */
export async function settleCluster(cluster: NodeCluster): Promise<void> {
  if (cluster.store === undefined) return;
  await withPorts(cluster, async (ports) => {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const { errors } = await sweepObjects(ports, AT_ONCE, NEVER);
      assert.deepEqual(errors, []);
    }
    const now = new Date(performance.timeOrigin + performance.now() + DAY_MS);
    const { unknown } = await listUnknownObjects(ports, { now, quietMs: 0, signal: NEVER });
    assert.deepEqual(unknown, [], "no row knew of these");
  });
}

/** Everything becomes older by so much: what refs have left is kept no more, and what nothing reaches may be dropped. */
export async function ageCluster({ databaseUrl }: NodeCluster, days: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const ms = days * DAY_MS;
    await client.query("update former_tip set left_at = left_at - $1::bigint", [ms]);
    await client.query("update stored_object set state_at = state_at - $1::bigint where state = 'named'", [
      ms,
    ]);
    await client.query("update repository set drop_checked_at = coalesce(drop_checked_at, $2) - $1::bigint", [
      ms,
      Math.round(performance.timeOrigin + performance.now()),
    ]);
  } finally {
    await client.end();
  }
}

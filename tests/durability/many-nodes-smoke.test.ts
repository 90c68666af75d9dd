import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { openRealGit } from "../support/git/real-git.ts";
import type { FaultPlan } from "../support/many-nodes/fault-plans.ts";
import { runFaults } from "../support/many-nodes/fault-runs.ts";
import { type NodeCluster, startCluster } from "../support/many-nodes/node-cluster.ts";
import { openNodeBucket } from "../support/many-nodes/store-content.ts";
import { storeIsMissing } from "../support/object-store/shared-store.ts";

/** Always the same here; `npm run test:long` has a thousand others. */
const SEED = Number(process.env.SEED ?? 20_261_130);
const killed = (point: "refs.committed" | "upload.acknowledged"): FaultPlan => ({
  kind: "point",
  operation: point === "refs.committed" ? "pushSmall" : "pushMedium",
  fault: { point, nth: 1, delayMs: 0, signal: "SIGKILL" },
});
const PLANS: readonly FaultPlan[] = [
  killed("refs.committed"),
  { kind: "sweep", pendingMs: 0 },
  killed("upload.acknowledged"),
  { kind: "partition", from: "database", how: "silent" },
  { kind: "store", faults: [{ kind: "status", status: 503 }, { kind: "lose-answer" }], probability: 0.4 },
  { kind: "database-crash" },
  { kind: "freeze" },
];

suite("three nodes over PostgreSQL and an object store", { skip: storeIsMissing }, () => {
  const git = openRealGit();
  let cluster: NodeCluster;
  before(async () => {
    cluster = await startCluster({ nodes: 3, store: await openNodeBucket() });
  });
  after(() => cluster.close());

  test(`what was acknowledged is on all of them after each of ${PLANS.length} faults (SEED=${SEED})`, async () => {
    const { reached, counts } = await runFaults({ cluster, git, seed: SEED, plans: PLANS });
    assert.deepEqual([...reached].sort(), ["refs.committed", "upload.acknowledged"]);
    assert.ok((counts.get("push-small") ?? 0) > 0, "something was done");
  });
});

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, test } from "node:test";
import type { FaultPoint } from "../../../src/fault-points.ts";
import { createRandom } from "../../durability/kills/seeded-random.ts";
import { openRealGit } from "../../support/git/real-git.ts";
import { makeFaultPlans, POINTS } from "../../support/many-nodes/fault-plans.ts";
import { runFaults } from "../../support/many-nodes/fault-runs.ts";
import { type NodeCluster, startCluster } from "../../support/many-nodes/node-cluster.ts";
import { openNodeBucket } from "../../support/many-nodes/store-content.ts";
import { storeIsMissing } from "../../support/object-store/shared-store.ts";

const RUNS = Number(process.env.RUNS ?? 1_000);
/** Runs with the same repositories. They grow, and what nothing needs any more is looked for at the end. */
const SHARE = 25;
const SEED = Number(process.env.SEED ?? randomInt(2 ** 31));
const git = openRealGit();

test(`after each of ${RUNS} faults what was acknowledged is on all nodes, and nothing else (SEED=${SEED})`, {
  skip: storeIsMissing,
}, async () => {
  const plans = makeFaultPlans(createRandom(SEED), RUNS);
  const reached = new Set<FaultPoint>();
  const failures: unknown[] = [];
  let cluster: NodeCluster | undefined;
  after(() => cluster?.close());
  for (let start = 0; start < RUNS; start += SHARE) {
    cluster ??= await startCluster({ nodes: 3, store: await openNodeBucket() });
    const began = performance.now();
    try {
      const share = plans.slice(start, start + SHARE);
      const outcome = await runFaults({ cluster, git, seed: SEED + start, plans: share });
      for (const point of outcome.reached) reached.add(point);
    } catch (error) {
      // The others go on, with new nodes: what is rare may be found twice.
      failures.push(error);
      console.error(error);
      await cluster.close();
      cluster = undefined;
    }
    const seconds = Math.round((performance.now() - began) / 1_000);
    console.log(`${Math.min(start + SHARE, RUNS)} of ${RUNS} runs, the last ${SHARE} in ${seconds} s`);
  }
  assert.equal(failures.length, 0, `${failures.length} shares went wrong, see above`);
  const missed = Object.values(POINTS)
    .flat()
    .filter((point) => !reached.has(point));
  if (RUNS >= 1_000) assert.deepEqual(missed, [], "every point is reached");
});

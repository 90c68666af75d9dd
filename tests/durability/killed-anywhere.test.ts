import assert from "node:assert/strict";
import { test } from "node:test";
import { FAULT_POINTS } from "../../src/fault-points.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { killRuns, makePlans } from "./kills/kill-runs.ts";
import { newPostgresUrl } from "./kills/new-postgres-url.ts";

const RUNS = 52;
/** Two data folders side by side: a run waits more than it works. The second one has its rows in PostgreSQL. */
const WORLDS = 2;

/** Always the same here; `npm run test:long` has one of its own each time. */
const SEED = Number(process.env.SEED ?? 20_261_129);
const git = openRealGit();
const receiver = await openWebhookReceiver();

test(`after each of ${RUNS} kills, at every fault point, what was acknowledged is there and nothing is half done (SEED=${SEED})`, async () => {
  const plans = makePlans(SEED, RUNS);
  const perWorld = Math.ceil(RUNS / WORLDS);
  const outcomes = await Promise.allSettled(
    Array.from({ length: WORLDS }, async (_, world) => {
      const databaseUrl = world === 1 ? await newPostgresUrl() : undefined;
      const share = plans.slice(world * perWorld, (world + 1) * perWorld);
      return killRuns({ git, receiver, seed: SEED + world, plans: share, databaseUrl });
    }),
  );
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  const all = new Set(
    outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [...outcome.value] : [])),
  );
  // Those of migrations, backups and restores have tests of their own, and so has a merge that nobody waits for.
  const wanted = FAULT_POINTS.filter((point) => !/^(?:migration|backup|restore|merge\.queued)/.test(point));
  assert.deepEqual(
    wanted.filter((point) => !all.has(point)),
    [],
    "every point is reached",
  );
});

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { killRuns, makePlans } from "../durability/kills/kill-runs.ts";
import { newPostgresUrl } from "../durability/kills/new-postgres-url.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";

const RUNS = Number(process.env.RUNS ?? 1_000);
/** Runs over one data folder. */
const SHARE = 50;
/** Data folders side by side. */
const CLIENTS = 2;
/** One data folder in so many has its rows in PostgreSQL, the second one first: a short run has one too. */
const POSTGRES_STEP = 5;

const SEED = Number(process.env.SEED ?? randomInt(2 ** 31));
const git = openRealGit();
const receiver = await openWebhookReceiver();

test(`after each of ${RUNS} kills what was acknowledged is there, and nothing is half done (SEED=${SEED})`, async () => {
  const plans = makePlans(SEED, RUNS);
  const worlds = Array.from({ length: Math.ceil(RUNS / SHARE) }, (_, world) => world);
  const failures: unknown[] = [];
  const work = async () => {
    for (let world = worlds.shift(); world !== undefined; world = worlds.shift()) {
      const share = plans.slice(world * SHARE, (world + 1) * SHARE);
      const databaseUrl = world % POSTGRES_STEP === 1 ? await newPostgresUrl() : undefined;
      // The others go on: what is rare may be found twice.
      await killRuns({ git, receiver, seed: SEED + world, plans: share, databaseUrl }).catch(
        (error: unknown) => {
          failures.push(error);
          console.error(
            `data folder ${world} (${databaseUrl === undefined ? "SQLite" : "PostgreSQL"}):`,
            error,
          );
        },
      );
      console.log(`data folder ${world + 1} of ${Math.ceil(RUNS / SHARE)}: ${share.length} runs`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, work));
  assert.equal(failures.length, 0, `${failures.length} data folders went wrong, see above`);
});

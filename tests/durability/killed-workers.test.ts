import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { CAN_SHARE_PORT } from "../../src/workers/worker-group.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { waitUntil, workerProcesses, workersServe } from "../support/processes/process-table.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { checkDelivered, checkWorld } from "./kills/check-world.ts";
import type { Client } from "./kills/client.ts";
import { killRuns, makePlans } from "./kills/kill-runs.ts";
import { startKillable } from "./kills/killable-server.ts";
import { createRandom } from "./kills/seeded-random.ts";
import { createRepository, type Step, takeStep } from "./kills/steps.ts";
import { createWorld } from "./kills/world.ts";

const WORKERS = 2;
const RUNS = 6;
const LIVES = 3;
const STEPS: readonly Step[] = [
  "push",
  "push",
  "commit",
  "branch",
  "tag",
  "large-push",
  "fetch",
  "open-pull-request",
  "move-pull-request",
  "merge-pull-request",
];

/** Always the same here; `npm run test:long` has one of its own each time. */
const SEED = Number(process.env.SEED ?? 20_261_129);
const skip = CAN_SHARE_PORT && process.platform === "linux" ? false : "several processes need Linux here";
const git = openRealGit();
const receiver = await openWebhookReceiver();

test(`${WORKERS} processes that are killed together, at a fault point of one of them, lose nothing (SEED=${SEED})`, {
  skip,
}, async () => {
  await killRuns({ git, receiver, seed: SEED, plans: makePlans(SEED, RUNS), workers: WORKERS });
});

test(`one process of ${WORKERS} that is killed is replaced, the other serves on, and nothing is lost (SEED=${SEED})`, {
  skip,
}, async () => {
  const random = createRandom(SEED);
  const world = await createWorld({ git, receiver, workers: WORKERS });
  after(() => world.remove());
  const newClient = (name: string): Client => ({ name, random: random.split(), world, count: 0 });
  const [first, second, beside] = [newClient("a"), newClient("b"), newClient("c")];
  for (const client of [first, second, beside]) assert.ok(await createRepository(client));
  const takeAny = (client: Client) => takeStep(client, client.random.pick(STEPS));
  for (let life = 0; life < LIVES; life += 1) {
    const { server } = world;
    await workersServe(server.processId, WORKERS - 1);
    const [worker] = workerProcesses(server.processId);
    let isOver = false;
    // Until the end, or until the process that has the connection is killed.
    const working = [first, second].map(async (client) => {
      while (!isOver && (await takeAny(client)));
    });
    await delay(random.below(600));
    process.kill(worker!, "SIGKILL");
    // With all its threads: one that waits for the disk keeps the port open, and who comes then is cut off.
    await waitUntil("the worker has ended", () => !existsSync(`/proc/${worker}`));
    for (let count = 0; count < 3; count += 1)
      assert.ok(await takeAny(beside), "the other process takes what comes");
    await workersServe(server.processId, WORKERS - 1);
    assert.notEqual(workerProcesses(server.processId)[0], worker);
    for (let count = 0; count < 6; count += 1) assert.ok(await takeAny(beside), "both take what comes");
    isOver = true;
    await Promise.all(working);
    await server.kill();
    world.server = (await startKillable(world.location))!;
    await checkWorld(world);
  }
  await checkDelivered(world);
});

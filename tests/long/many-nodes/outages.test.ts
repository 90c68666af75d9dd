import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "../../durability/kills/seeded-random.ts";
import { openRealGit } from "../../support/git/real-git.ts";
import { checkStore } from "../../support/many-nodes/check-store.ts";
import { checkWorld } from "../../support/many-nodes/check-world.ts";
import { type NodeCluster, startCluster } from "../../support/many-nodes/node-cluster.ts";
import {
  createRepository,
  pushLarge,
  pushMedium,
  pushSmall,
  type Worker,
} from "../../support/many-nodes/operations.ts";
import { openNodeBucket } from "../../support/many-nodes/store-content.ts";
import { settleCluster } from "../../support/many-nodes/sweep-cluster.ts";
import { createWorker, takeOwnStep } from "../../support/many-nodes/workload.ts";
import { createWorld, type RepositoryModel, type World } from "../../support/many-nodes/world.ts";
import { storeIsMissing } from "../../support/object-store/shared-store.ts";

/** Longer than a node waits for the database, or for a byte of the store. */
const OUTAGE_MS = 45_000;
/** Longer than a lease holds without being renewed. */
const FROZEN_MS = 75_000;

suite("outages that last", { skip: storeIsMissing }, () => {
  const git = openRealGit();
  const random = createRandom(11);
  let cluster: NodeCluster;
  let world: World;
  let names = 0;
  before(async () => {
    cluster = await startCluster({ nodes: 3, store: await openNodeBucket() });
    world = createWorld(cluster, git, 11);
  });
  after(() => cluster.close());

  async function begin(): Promise<{ worker: Worker; repository: RepositoryModel }> {
    names += 1;
    world.troubled.clear();
    const worker = createWorker(world, `o${names}`, random.split());
    const repository = await createRepository(worker);
    for (const push of [pushSmall, pushLarge]) await push(worker, repository);
    return { worker, repository };
  }

  const at = (worker: Worker, index: number): Worker => ({
    ...worker,
    pickNode: () => cluster.nodes[index]!,
  });

  async function end(): Promise<void> {
    await cluster.recover();
    await delay(1_000);
    world.troubled.clear();
    await checkWorld(world, { isEverything: true });
    await settleCluster(cluster);
    await checkStore(cluster, true);
  }

  for (const [from, how] of [
    ["store", "silent"],
    ["store", "refusing"],
    ["database", "silent"],
  ] as const) {
    test(`a node without its ${from} (${how}) for ${OUTAGE_MS / 1_000} s: the others work, and it does again later`, async () => {
      const { worker, repository } = await begin();
      const node = cluster.nodes[0]!;
      world.troubled.add(node);
      (from === "store" ? node.store! : node.database).set(how);
      const deadline = performance.now() + OUTAGE_MS;
      const cut = async () => {
        while (performance.now() < deadline)
          await takeOwnStep(world, () => pushMedium(at(worker, 0), repository));
      };
      const others = async () => {
        const other = createWorker(world, `${worker.name}b`, random.split());
        while (performance.now() < deadline) {
          await takeOwnStep(world, () => pushSmall(at(other, 1), repository));
          await delay(500);
        }
      };
      await Promise.all([cut(), others()]);
      await end();
      await pushMedium(at(worker, 0), repository);
      await checkWorld(world);
    });
  }

  test("a warm node still tells refs and takes small pushes without its store", async () => {
    const { worker, repository } = await begin();
    const node = cluster.nodes[0]!;
    // It has the packs by then: what it does not have it cannot bring.
    await world.client.fetchPack(node, repository.slug, [
      ...new Set((await world.client.listRefs(node, repository.slug))!.values()),
    ]);
    node.store!.set("refusing");
    // Small packs are rows, so nothing here needs the store.
    await pushSmall(at(worker, 0), repository);
    assert.ok((await world.client.listRefs(node, repository.slug))!.size > 0);
    await end();
  });

  test(`a node frozen in its maintenance for ${FROZEN_MS / 1_000} s publishes nothing that others have replaced`, async () => {
    const { worker, repository } = await begin();
    const node = cluster.nodes[2]!;
    await node.kill();
    const fault = { point: "maintenance.placed", nth: 1, delayMs: 0, signal: "SIGSTOP" } as const;
    assert.ok(await node.start(fault));
    for (const each of cluster.nodes) world.troubled.add(each);
    const frozen = (async () => {
      while (!node.isFrozen()) await takeOwnStep(world, () => pushLarge(at(worker, 2), repository));
    })();
    while (!node.isFrozen()) await delay(20);
    const other = createWorker(world, `${worker.name}b`, random.split());
    const deadline = performance.now() + FROZEN_MS;
    while (performance.now() < deadline) {
      await takeOwnStep(world, () => pushLarge(at(other, 0), repository));
      await delay(5_000);
    }
    node.wake();
    await frozen;
    await delay(5_000);
    await end();
  });

  test("clones of a node whose cache is wiped again and again are whole, or fail", async () => {
    const { worker, repository } = await begin();
    const node = cluster.nodes[0]!;
    world.troubled.add(node);
    world.wiped.add(node);
    let isOver = false;
    const wipe = async () => {
      while (!isOver) {
        await delay(random.below(300));
        await node.wipeCache();
      }
    };
    const outcomes: number[] = [];
    const clone = async () => {
      for (let round = 0; round < 15; round += 1) {
        const folder = git.newPath("wiped");
        const url = world.client.cloneUrl(node, repository.slug);
        const { status } = await git.run(["clone", "--quiet", "--mirror", url, folder]);
        if (status === 0) await git.out(["fsck", "--strict", "--full"], { folder });
        outcomes.push(status);
        await rm(folder, { recursive: true, force: true });
      }
    };
    const wiping = wipe();
    await Promise.all([clone(), clone(), takeOwnStep(world, () => pushLarge(at(worker, 1), repository))]);
    isOver = true;
    await wiping;
    assert.ok(outcomes.includes(0), "some clones are whole");
    world.wiped.clear();
    await end();
  });
});

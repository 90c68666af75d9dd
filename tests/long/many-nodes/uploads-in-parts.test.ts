import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { ObjectId } from "../../../src/model/object-id.ts";
import { createRandom } from "../../durability/kills/seeded-random.ts";
import { openRealGit } from "../../support/git/real-git.ts";
import { checkStore } from "../../support/many-nodes/check-store.ts";
import { checkWorld } from "../../support/many-nodes/check-world.ts";
import { type NodeCluster, startCluster } from "../../support/many-nodes/node-cluster.ts";
import { createRepository } from "../../support/many-nodes/operations.ts";
import type { NodeFault } from "../../support/many-nodes/pail-node.ts";
import { openNodeBucket, readStoreContent } from "../../support/many-nodes/store-content.ts";
import { settleCluster } from "../../support/many-nodes/sweep-cluster.ts";
import { createWorker } from "../../support/many-nodes/workload.ts";
import { createWorld, noteMove, refOf } from "../../support/many-nodes/world.ts";
import { storeIsMissing } from "../../support/object-store/shared-store.ts";

/** Above what goes into one request. */
const BYTES = 70 * 1024 ** 2;
const MAIN = "refs/heads/main";

/** With how many milliseconds behind the point. */
const FAULTS = [
  ["upload.prepared", 0],
  ["upload.prepared", 150],
  ["upload.prepared", 600],
  ["upload.acknowledged", 0],
] as const;

suite("packs that are uploaded in parts", { skip: storeIsMissing }, () => {
  const git = openRealGit();
  const random = createRandom(7);
  let cluster: NodeCluster;
  before(async () => {
    cluster = await startCluster({ nodes: 2, store: await openNodeBucket() });
  });
  after(() => cluster.close());

  for (const [point, delayMs] of FAULTS) {
    test(`a node killed ${delayMs} ms behind ${point} leaves nothing, and the push is done at another one`, async () => {
      const [first, second] = cluster.nodes as [(typeof cluster.nodes)[0], (typeof cluster.nodes)[0]];
      const world = createWorld(cluster, git, 7);
      world.troubled.add(first);
      const worker = {
        ...createWorker(world, `p${point.replace(".", "-")}${delayMs}`, random.split()),
        pickNode: () => second,
      };
      const repository = await createRepository(worker);
      const id = world.commits.make(undefined, { "d0/large": random.bytes(BYTES) }, "large");
      const pack = await world.commits.pack([id], () => false);
      const push = async (node: typeof first): Promise<string> => {
        const commands = [{ name: MAIN, old: undefined, new: id as ObjectId }];
        const pushed = await world.client.push(node, repository.slug, { commands, pack });
        return pushed.kind === "answered" ? pushed.refs.get(MAIN)! : pushed.kind;
      };
      await first.kill();
      const fault: NodeFault = { point, nth: 1, delayMs, signal: "SIGKILL" };
      assert.ok(await first.start(fault));
      const told = await push(first);
      assert.ok(told !== "ok", "its node was killed");
      assert.ok(await first.endsWithin(5_000), `${point} is reached`);
      assert.equal(await push(second), "ok");
      noteMove(refOf(repository, MAIN), undefined, id, "acknowledged");
      await cluster.recover();
      await checkWorld(world);
      await settleCluster(cluster);
      // Those whose rows are gone are found by the next listing.
      await settleCluster(cluster);
      await checkStore(cluster, true);
      assert.deepEqual((await readStoreContent(cluster.store!)).uploads, []);
    });
  }
});

// What must happen once, in order or for all nodes together, with real processes: their clocks differ by a minute, and they are
// killed, stopped and replaced by those of the next version meanwhile.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { LEASE_MS } from "../../src/storage/sql/leases.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type NodeClient, openNodeClient } from "../support/many-nodes/node-client.ts";
import {
  environmentBeside,
  type NodeCluster,
  startCluster,
  WORKSPACE,
} from "../support/many-nodes/node-cluster.ts";
import { type NodeFault, openNode, type PailNode } from "../support/many-nodes/pail-node.ts";
import { openNodeBucket } from "../support/many-nodes/store-content.ts";
import { storeIsMissing } from "../support/object-store/shared-store.ts";
import { waitUntil } from "../support/processes/process-table.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";

const REPOSITORY = "together";
/** A node that is to die of one has sent something long before. */
const EVENTS_MAX = 60;
const NEWER_VERSION = new URL("../support/many-nodes/newer-version.ts", import.meta.url).href;

suite("three nodes with clocks a minute apart", { skip: storeIsMissing }, () => {
  const git = openRealGit();
  let cluster: NodeCluster;
  let client: NodeClient;
  let database: pg.Client;
  before(async () => {
    cluster = await startCluster({ nodes: 3, store: await openNodeBucket() });
    client = openNodeClient(cluster.token);
    database = new pg.Client({ connectionString: cluster.databaseUrl });
    await database.connect();
    await rest(cluster.nodes[0]!, "POST", REPOSITORY, { scm: "git", is_private: true });
  });
  after(async () => {
    await database?.end();
    await cluster?.close();
  });

  async function rest(node: PailNode, method: string, path: string, body: unknown) {
    const asked = await client.rest(node, path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (asked.kind === "answered")
      assert.ok(
        asked.answer.status < 300,
        `${asked.answer.status} ${asked.answer.text} ${node.logText().slice(-3_000)}`,
      );
    return asked;
  }

  async function statusOf(node: PailNode, path: string): Promise<number | undefined> {
    const asked = await client.ask(node, path);
    return asked.kind === "answered" ? asked.answer.status : undefined;
  }

  test("they agree on the time, and it is the database's", async () => {
    const times: number[] = [];
    for (const [index, node] of cluster.nodes.entries()) {
      await rest(node, "POST", `${REPOSITORY}-clock-${index}`, { scm: "git" });
      const { rows } = await database.query(
        `select extract(epoch from clock_timestamp()) * 1000 - created_at as age
          from repository order by created_at desc limit 1`,
      );
      times.push(Number(rows[0].age));
    }
    for (const age of times) assert.ok(age > -1_000 && age < 15_000, `created ${age} ms ago`);
  });

  test("a webhook gets what happens on any node in order, and nothing is lost with nodes that are killed", async () => {
    const receiver = await openWebhookReceiver();
    const { nodes } = cluster;
    await rest(nodes[0]!, "POST", `${REPOSITORY}/hooks`, {
      description: "together",
      url: receiver.url("/together"),
      active: true,
      events: ["repo:updated"],
    });
    const told: string[] = [];
    const uncertain = new Set<string>();
    const happen = async (node: PailNode) => {
      const description = `event ${told.length}`;
      told.push(description);
      const { kind } = await rest(node, "PUT", REPOSITORY, { description });
      // It was killed before the change was committed, or after.
      if (kind !== "answered") uncertain.add(description);
    };
    const restart = async (node: PailNode, point: NodeFault["point"]) => {
      await node.kill();
      await node.start({ point, nth: 2, delayMs: 0, signal: "SIGKILL" });
    };
    for (const [index, point] of (
      ["webhook.claimed", "webhook.sent", "webhook.recorded"] as const
    ).entries()) {
      const [dying, ...others] = [nodes[index]!, nodes[(index + 1) % 3]!, nodes[(index + 2) % 3]!];
      await restart(dying, point);
      // Which of the nodes sends what is theirs to find out.
      for (let time = 0; dying.isRunning() && time < EVENTS_MAX; time += 1) {
        await happen(dying);
        await happen(others[time % others.length]!);
        await delay(100);
      }
      assert.ok(await dying.endsWithin(30_000), point);
      await dying.start();
    }
    const certain = told.filter((event) => !uncertain.has(event));
    await waitUntil("all are there", () => certain.every((event) => events().includes(event)));
    const got = events();
    assert.ok(got.every((event) => told.includes(event)));
    assert.deepEqual(
      got,
      [...got].sort((a, b) => told.indexOf(a) - told.indexOf(b)),
      "none after a later one",
    );
    assert.ok(got.length <= new Set(got).size + 3, "only what was cut off is sent again");

    function events(): readonly string[] {
      return receiver.received("/together").map(({ json }) => json.changes.description.new);
    }
  });

  test("a node that is stopped says so before, and gives its jobs to another at once", async () => {
    const holder = async () => {
      const { rows } = await database.query(
        `select fence from lease where name = 'jobs' and expires_at > extract(epoch from clock_timestamp()) * 1000`,
      );
      return rows[0] === undefined ? undefined : Number(rows[0].fence);
    };
    // Whoever was killed before may have it still.
    await database.query("update lease set expires_at = 0 where name = 'jobs'");
    await waitUntil("one has the jobs", async () => (await holder()) !== undefined);
    const first = await holder();
    for (const node of cluster.nodes) {
      assert.equal(await statusOf(node, "/-/ready"), 200);
      const begun = performance.now();
      const stopped = node.stop();
      await waitUntil("it is not ready", async () => (await statusOf(node, "/-/ready")) === 503);
      assert.equal(await statusOf(node, `/2.0/repositories/${WORKSPACE}/${REPOSITORY}`), 200);
      assert.equal(await stopped, 0);
      await waitUntil("another has the jobs", async () => (await holder()) !== undefined);
      assert.ok(performance.now() - begun < LEASE_MS / 2, "nobody has waited for the end of a lease");
      await node.start();
    }
    assert.ok((await holder())! > first!, "one of them had the jobs");
  });

  test("the next version migrates while the others serve, and they go on", async () => {
    const [first, second, third] = cluster.nodes as [PailNode, PailNode, PailNode];
    await third.stop();
    const newer = openNode({
      name: "newer",
      folder: dirname(third.dataFolder),
      database: third.database,
      store: third.store,
      environment: { ...environmentBeside(third, cluster.store!), NODE_OPTIONS: `--import=${NEWER_VERSION}` },
      clockAheadMs: 0,
    });
    try {
      const work = git.newPath("work");
      await git.out(["init", "--quiet", "-b", "main", work]);
      const push = async (node: PailNode, branch: string) => {
        const environment = { GIT_AUTHOR_DATE: "1700000000 +0000", GIT_COMMITTER_DATE: "1700000000 +0000" };
        await git.out(["commit", "--quiet", "--allow-empty", "-m", branch], { folder: work, environment });
        await git.out(["push", "--quiet", client.cloneUrl(node, REPOSITORY), `HEAD:refs/heads/${branch}`], {
          folder: work,
        });
      };
      await push(first, "before");
      // Requests go on while it migrates.
      const starting = newer.start();
      let isStarted = false;
      void starting.then(() => {
        isStarted = true;
      });
      while (!isStarted) {
        assert.equal(await statusOf(second, "/-/ready"), 200);
        await rest(first, "PUT", REPOSITORY, { description: "meanwhile" });
        await delay(50);
      }
      const { rows } = await database.query(
        "select name from schema_migration where name = '999-of-tomorrow'",
      );
      assert.equal(rows.length, 1);
      for (const [index, node] of [first, newer, second].entries()) {
        await push(node, `after-${index}`);
        await rest(node, "POST", `${REPOSITORY}-after-${index}`, { scm: "git" });
        assert.equal(await statusOf(node, "/-/ready"), 200);
      }
      for (const node of [first, second, newer])
        assert.deepEqual(
          [...((await client.listRefs(node, REPOSITORY)) ?? new Map()).keys()].filter(
            (name) => name !== "HEAD",
          ),
          ["refs/heads/after-0", "refs/heads/after-1", "refs/heads/after-2", "refs/heads/before"],
        );
      await assert.rejects(third.start(), /a newer version of Pail has written it/);
    } finally {
      await newer.kill();
    }
  });
});

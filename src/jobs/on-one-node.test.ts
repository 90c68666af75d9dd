import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { sql } from "kysely";
import pino from "pino";
import { describeDatabases } from "../../tests/support/database/test-database.ts";
import { waitUntil } from "../../tests/support/processes/process-table.ts";
import { NO_METRICS } from "../metrics/metrics.ts";
import type { Database } from "../storage/sql/database.ts";
import { openDatabase } from "../storage/sql/open-database.ts";
import { startOnOneNode } from "./on-one-node.ts";
import { repeat } from "./repeat.ts";

const LOG = pino({ level: "silent" });
const LOOK_MS = 20;
const NAME = "jobs";

const [DATABASE, ON_ONE_NODE, SECRET, PINO] = [
  new URL("../storage/sql/open-database.ts", import.meta.url).href,
  new URL("on-one-node.ts", import.meta.url).href,
  new URL("../model/secret.ts", import.meta.url).href,
  import.meta.resolve("pino"),
].map((url) => JSON.stringify(url));
/** A node in a process of its own, which says when it has the jobs. */
const PROGRAM = `
  const { openDatabase } = await import(${DATABASE});
  const { startOnOneNode } = await import(${ON_ONE_NODE});
  const { Secret } = await import(${SECRET});
  const { default: pino } = await import(${PINO});
  const settings = JSON.parse(process.env.JOBS_TEST);
  if (settings.url !== undefined) settings.url = new Secret(settings.url);
  const ports = { database: await openDatabase(settings), hasPeers: true, metrics: { noteLease() {} }, log: pino({ level: "silent" }) };
  startOnOneNode(ports, "${NAME}", () => {
    console.log("has the jobs");
    return { run: async () => {}, close: async () => {} };
  });
  process.stdin.resume();
`;

describeDatabases("jobs of one node", (current) => {
  const others: Database[] = [];
  after(() => Promise.all(others.map((each) => each.close())));

  /** A node that counts its rounds, and notes when it begins and ends to have the jobs. */
  async function openNode(name: string, history: string[], hasPeers = true) {
    const database = await openDatabase(current().settings);
    others.push(database);
    let rounds = 0;
    const jobs = startOnOneNode(
      { database, hasPeers, metrics: NO_METRICS, log: LOG },
      NAME,
      () => {
        history.push(`${name} begins`);
        const repeated = repeat(async () => {
          rounds += 1;
        }, 1_000_000);
        return {
          run: repeated.run,
          async close() {
            await repeated.close();
            history.push(`${name} ends`);
          },
        };
      },
      LOOK_MS,
    );
    return { ...jobs, rounds: () => rounds };
  }

  const lease = () =>
    current().database.kysely.selectFrom("lease").selectAll().where("name", "=", NAME).executeTakeFirst();

  test("a node without others has them at once, without a lease", async () => {
    const history: string[] = [];
    const node = await openNode("alone", history, false);
    assert.deepEqual([history, node.rounds()], [["alone begins"], 1]);
    await node.run();
    assert.equal(node.rounds(), 2);
    await node.close();
    assert.deepEqual([history.at(-1), await lease()], ["alone ends", undefined]);
  });

  test("one of several has them, and another takes them over when it ends", async () => {
    const history: string[] = [];
    const nodes = await Promise.all(["a", "b", "c"].map((name) => openNode(name, history)));
    await waitUntil("one has begun", () => history.length > 0);
    const first = nodes.findIndex((node) => node.rounds() > 0);
    for (let time = 0; time < 3; time += 1) for (const node of nodes) await node.run();
    assert.deepEqual(
      nodes.map((node) => node.rounds()),
      nodes.map((_node, index) => (index === first ? 4 : 0)),
    );
    await nodes[first]!.close();
    await waitUntil("another has begun", () => history.length >= 3);
    assert.match(history.join(", "), /^([abc]) begins, \1 ends, (?!\1)[abc] begins$/);
    await Promise.all(nodes.map((node) => node.close()));
    assert.equal(Number((await lease())?.expires_at), 0, "released");
  });

  test("what waits for the jobs does not even lock the row of the lease", async () => {
    const history: string[] = [];
    const node = await openNode("holder", history);
    await waitUntil("it has begun", () => history.length > 0);
    const before = await storedRow();
    const waiting = await openNode("waiting", history);
    await new Promise((resolve) => setTimeout(resolve, 10 * LOOK_MS));
    assert.deepEqual([await storedRow(), history], [before, ["holder begins"]]);
    await Promise.all([waiting.close(), node.close()]);
  });

  test("they move when the process of the node is killed, once its lease has run out", async () => {
    const { settings } = current();
    const given = settings.kind === "postgres" ? { ...settings, url: settings.url.reveal() } : settings;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, JOBS_TEST: JSON.stringify(given) },
    });
    after(() => child.kill("SIGKILL"));
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    const history: string[] = [];
    const node = await openNode("heir", history);
    child.kill("SIGKILL");
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 5 * LOOK_MS));
    assert.deepEqual(history, [], "not while it may still be frozen only");
    await current()
      .database.kysely.updateTable("lease")
      .set({ expires_at: 1 })
      .where("name", "=", NAME)
      .execute();
    await waitUntil("it has taken them over", () => history.length > 0);
    await node.close();
  });

  /** With the transactions that have written or locked it. */
  async function storedRow(): Promise<unknown> {
    const { dialect, kysely } = current().database;
    const system = dialect === "postgres" ? sql`xmin::text || ' ' || xmax::text` : sql`fence`;
    const { rows } =
      await sql`select ${system} as system, expires_at from lease where name = ${NAME}`.execute(kysely);
    return rows;
  }
});

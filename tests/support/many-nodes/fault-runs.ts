import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { FaultPoint } from "../../../src/fault-points.ts";
import type { Random } from "../../durability/kills/seeded-random.ts";
import type { RealGit } from "../git/real-git.ts";
import { checkStore, countDropsSince, countPacks, expireLeases, readDropNumbers } from "./check-store.ts";
import { checkWorld } from "./check-world.ts";
import { describePlan, type FaultPlan } from "./fault-plans.ts";
import type { NodeCluster } from "./node-cluster.ts";
import { pushToWake, type Worker } from "./operations.ts";
import type { NodeFault, PailNode } from "./pail-node.ts";
import { ageCluster, settleCluster, sweepCluster } from "./sweep-cluster.ts";
import { chooseOperation, createWorker, type OperationName, takeOwnStep, takeStep } from "./workload.ts";
import { count, createWorld, note, type World } from "./world.ts";

const WORKERS = ["a", "b", "c"];
const STEPS = 4;
/** So often the operation is tried on the way of which the fault lies. */
const ATTEMPTS_MAX = 6;
/** What goes wrong begins within this time, and lasts so long at most. */
const BEGIN_MS_MAX = 500;
const LAST_MS_MAX = 1_500;
/** A node that is frozen is awake again before others give up. */
const FROZEN_MS = 700;
/** Its death may be seen by others before this process is told. */
const DEATH_MS_MAX = 1_000;
/** Maintenance works behind the answers. */
const LATE_DEATH_MS_MAX = 5_000;
/** Longer than any view is read here, and than any upload lasts. */
const SWEEP_TIMES = { retentionMs: 15_000, settleMs: 0, quietMs: 30_000 };
/** Longer than what refs have left is kept. */
const DROPPED_DAYS = 30;
const DROP_MS_MAX = 8_000;
/** Time for what was sent late. */
const LATE_MS = 300;
const LOG_LETTERS = 6_000;

export type FaultRuns = {
  readonly cluster: NodeCluster;
  readonly git: RealGit;
  readonly seed: number;
  readonly plans: readonly FaultPlan[];
  readonly onRun?: (run: number, plan: FaultPlan, ms: number) => void;
};

export type RunOutcome = {
  /** Where nodes have stopped themselves. */
  readonly reached: ReadonlySet<FaultPoint>;
  /** How often each thing was acknowledged. */
  readonly counts: ReadonlyMap<string, number>;
};

/**
 * Works at all nodes while something goes wrong, as planned, and looks after each run whether all is as it was acknowledged.
 *
 * @throws Error that tells the plan with which it went wrong.
 */
export async function runFaults({ cluster, git, seed, plans, onRun }: FaultRuns): Promise<RunOutcome> {
  const world = createWorld(cluster, git, seed);
  const random = world.random;
  const runner: Runner = {
    world,
    random,
    // Others have had these names before, with the same nodes.
    workers: WORKERS.map((name) => createWorker(world, `${name}${seed}`, random.split())),
    dropper: {
      ...createWorker(world, `d${seed}`, random.split()),
      pickNode: () => random.pick(cluster.nodes.filter((node) => node.isRunning() && !node.isFrozen())),
    },
    reached: new Set(),
    armed: undefined,
    logStarts: new Map(cluster.nodes.map((node) => [node, node.logText().length])),
  };
  let run = 0;
  try {
    await prepare(runner, plans[0]);
    for (; run < plans.length; run += 1) {
      const started = performance.now();
      note(world, `run ${run + 1}: ${describePlan(plans[run]!)}`);
      await runPlan(runner, plans[run]!);
      await prepare(runner, plans[run + 1]);
      checkLogs(runner);
      onRun?.(run, plans[run]!, performance.now() - started);
    }
    await checkWorld(world, { isEverything: true });
    await leaveNothing(world);
    return { reached: runner.reached, counts: world.counts };
  } catch (error) {
    const logs = cluster.nodes.map((node) => `${node.name}:\n${node.logText().slice(-LOG_LETTERS)}`);
    throw new Error(
      `seed ${seed}, run ${run + 1} of ${plans.length}: ${describePlan(plans[run] ?? { kind: "nothing" })}\n${logs.join("\n")}\n${world.trace.slice(-80).join("\n")}`,
      { cause: error },
    );
  }
}

/** When all is deleted and swept, nothing is left. */
async function leaveNothing(world: World): Promise<void> {
  const { cluster, client, repositories } = world;
  await settleCluster(cluster);
  await checkStore(cluster, true);
  for (const { slug } of repositories.values()) {
    const asked = await client.rest(cluster.nodes[0]!, slug, { method: "DELETE" });
    assert.ok(asked.kind === "answered" && asked.answer.status === 204, `${slug} is deleted`);
  }
  await settleCluster(cluster);
  await checkStore(cluster, true);
  assert.equal(await countPacks(cluster), 0, "no pack is left");
}

type Runner = {
  readonly world: World;
  readonly random: Random;
  readonly workers: readonly Worker[];
  /** Works at nodes that do. */
  readonly dropper: Worker;
  readonly reached: Set<FaultPoint>;
  /** The node that will stop itself. */
  armed: { readonly node: PailNode; readonly fault: NodeFault } | undefined;
  /** How much of its log has been looked at. */
  readonly logStarts: Map<PailNode, number>;
};

/** Brings all nodes back, one of them with the fault of the next plan, and looks at everything. */
async function prepare(runner: Runner, next: FaultPlan | undefined): Promise<void> {
  const { world, random } = runner;
  const { cluster } = world;
  const { armed: unreached } = runner;
  runner.armed = undefined;
  // It would meet its fault later, when nobody expects it.
  if (unreached?.node.isRunning() === true && !unreached.node.isFrozen()) await unreached.node.kill();
  if (next?.kind === "point") {
    const node = cluster.nodes.find((each) => !each.isRunning()) ?? random.pick(cluster.nodes);
    if (node.isRunning()) await node.kill();
    runner.armed = { node, fault: next.fault };
    if (!(await node.start(next.fault))) noteReached(runner);
  }
  // What a dead node has begun is taken over a minute later.
  await expireLeases(cluster);
  await cluster.recover();
  await delay(LATE_MS);
  world.troubled.clear();
  const looked = new AbortController();
  const woken = wakeWhileLooking(runner, looked.signal);
  try {
    await look(runner);
  } catch (error) {
    if (!isReached(runner)) throw error;
    noteReached(runner);
    await cluster.recover();
    await look(runner);
  } finally {
    looked.abort();
    await woken;
  }
}

/** What looks reads from all nodes, and a clone waits for a frozen one without end. */
async function wakeWhileLooking(runner: Runner, over: AbortSignal): Promise<void> {
  const node = runner.armed?.node;
  while (node !== undefined && !over.aborted) {
    if (node.isFrozen()) {
      noteReached(runner);
      node.wake();
    }
    await delay(50);
  }
}

async function look({ world }: Runner): Promise<void> {
  await checkWorld(world);
  await checkStore(world.cluster, false);
}

function isReached({ armed }: Runner): boolean {
  return armed !== undefined && (!armed.node.isRunning() || armed.node.isFrozen());
}

function noteReached(runner: Runner): void {
  if (runner.armed === undefined) return;
  note(runner.world, `${runner.armed.node.name} has stopped at ${runner.armed.fault.point}`);
  runner.reached.add(runner.armed.fault.point);
  runner.armed = undefined;
}

async function runPlan(runner: Runner, plan: FaultPlan): Promise<void> {
  const { world, random, workers } = runner;
  const { nodes } = world.cluster;
  const target = runner.armed?.node ?? random.pick(nodes);
  const isAllTroubled =
    plan.kind === "freeze" ||
    plan.kind === "sweep" ||
    plan.kind === "database-crash" ||
    (plan.kind === "partition" && plan.from === "database") ||
    (plan.kind === "point" && plan.fault.signal === "SIGSTOP");
  // Who holds a lock and is frozen is in everybody's way.
  if (plan.kind !== "nothing") for (const node of isAllTroubled ? nodes : [target]) world.troubled.add(node);
  if (plan.kind === "wipe") world.wiped.add(target);
  const trouble = new AbortController();
  const [first, ...others] = workers as [Worker, ...Worker[]];
  const choose = plan.kind === "drop" ? chooseDropOperation : chooseOperation;
  const work = [
    plan.kind === "point" ? reach(runner, first, plan.operation) : takeSteps(first, STEPS, choose),
    ...others
      // What freezes is what leans on the dropped objects, and nothing else.
      .map((worker) => (isDropPoint(plan) ? awayFrom(worker, target) : worker))
      .map((worker) => takeSteps(worker, 1 + random.below(STEPS), choose)),
  ];
  const outcomes = Promise.allSettled(work);
  outcomes.then(() => trouble.abort());
  await makeTrouble(runner, plan, target, trouble.signal);
  for (const outcome of await outcomes) if (outcome.status === "rejected") throw outcome.reason;
  const { armed } = runner;
  if (plan.kind !== "point" || plan.fault.signal !== "SIGKILL") return;
  const isLate = /^(?:maintenance|git (?:repack|commit-graph))/.test(plan.fault.point);
  if (await armed?.node.endsWithin(isLate ? LATE_DEATH_MS_MAX : DEATH_MS_MAX)) noteReached(runner);
}

function isDropPoint(plan: FaultPlan): boolean {
  return plan.kind === "point" && plan.drops === true && plan.operation !== "pushLarge";
}

function awayFrom(worker: Worker, target: PailNode): Worker {
  const { random, world } = worker;
  const others = world.cluster.nodes.filter((node) => node !== target);
  return { ...worker, pickNode: () => random.pick(others) };
}

async function takeSteps(worker: Worker, steps: number, choose = chooseOperation): Promise<void> {
  for (let step = 0; step < steps; step += 1) await takeStep(worker, choose(worker.random));
}

/** What leaves commits behind, wakes maintenance, or comes back to what was left. */
function chooseDropOperation(random: Random): OperationName {
  return random.pick([
    "pushForced",
    "pushForced",
    "deleteBranch",
    "pushLarge",
    "readElsewhere",
    "reviveCommit",
    "reviveFresh",
    "reviveFresh",
    "leanOnFormer",
    "leanOnFresh",
    "leanOnFresh",
    "forkRepository",
    "postSource",
  ]);
}

/** Asks the armed node for the operation until it has stopped itself. */
async function reach(runner: Runner, worker: Worker, operation: OperationName): Promise<void> {
  const { armed } = runner;
  if (armed === undefined) return takeSteps(worker, STEPS);
  const aimed: Worker = { ...worker, pickNode: () => armed.node };
  for (
    let attempt = 0;
    attempt < ATTEMPTS_MAX && runner.armed === armed && !isReached(runner);
    attempt += 1
  ) {
    // It needs something to begin with.
    await takeStep(aimed, attempt % 2 === 0 ? operation : "pushSmall");
  }
}

/** Lets happen what the plan says, beside the work. */
async function makeTrouble(
  runner: Runner,
  plan: FaultPlan,
  target: PailNode,
  over: AbortSignal,
): Promise<void> {
  const { world, random } = runner;
  const { cluster } = world;
  const begin = random.below(BEGIN_MS_MAX);
  const last = 100 + random.below(LAST_MS_MAX);
  switch (plan.kind) {
    case "nothing":
      return;
    case "point":
      if (plan.fault.signal === "SIGSTOP")
        await wakeWhenFrozen(runner, target, over, plan.drops === true ? dropAll : undefined);
      return;
    case "kill":
      await delay(begin);
      return target.kill();
    case "freeze":
      await delay(begin);
      target.freeze();
      await wakeWhenFrozen(runner, target, over);
      return;
    case "wipe":
      for (let times = 0; times < 3 && !over.aborted; times += 1) {
        await delay(begin / 3);
        await target.wipeCache();
      }
      return;
    case "partition": {
      const relay = plan.from === "store" ? target.store : target.database;
      if (relay === undefined) return;
      await delay(begin);
      relay.set(plan.how);
      await delay(last);
      relay.set("open");
      return;
    }
    case "commit": {
      const cutter = cluster.cutters[cluster.nodes.indexOf(target)]!;
      while (!over.aborted) {
        cutter.cutNext(plan.cut);
        await delay(100 + random.below(200));
      }
      cutter.cutNext(undefined);
      return;
    }
    case "sweep":
      while (!over.aborted) await sweepCluster(cluster, { ...SWEEP_TIMES, pendingMs: plan.pendingMs });
      return;
    case "drop": {
      const before = await readDropNumbers(cluster);
      while (!over.aborted) {
        await delay(begin);
        await ageCluster(cluster, DROPPED_DAYS);
      }
      count(world, "drop", await countDropsSince(cluster, before));
      return;
    }
    case "store": {
      const proxy = cluster.proxies[cluster.nodes.indexOf(target)];
      proxy?.decide(() => (random.chance(plan.probability) ? random.pick(plan.faults) : undefined));
      await untilAborted(over);
      proxy?.decide(() => undefined);
      await proxy?.settle();
      return;
    }
    case "database-crash":
      await delay(begin);
      cluster.postgres.crash();
      await delay(last / 3);
      await cluster.postgres.startAgain();
      return;
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

/** Others take over what a frozen node has begun, as they do a minute later; then it goes on. */
async function wakeWhenFrozen(
  runner: Runner,
  target: PailNode,
  over: AbortSignal,
  meanwhile?: (runner: Runner) => Promise<void>,
): Promise<void> {
  const { world } = runner;
  while (!target.isFrozen() && !over.aborted) await delay(10);
  if (!target.isFrozen()) return;
  if (isReached(runner)) noteReached(runner);
  await expireLeases(world.cluster);
  await (meanwhile?.(runner) ?? delay(FROZEN_MS));
  note(world, `${target.name} is woken`);
  target.wake();
}

/** Weeks go by, and a push to each repository wakes its maintenance, at nodes that work. */
async function dropAll({ world, dropper }: Runner): Promise<void> {
  const { cluster, repositories } = world;
  const before = await readDropNumbers(cluster);
  await ageCluster(cluster, DROPPED_DAYS);
  for (const repository of repositories.values()) {
    const { presence, isLeaving, parent } = repository;
    if (presence === "there" && !isLeaving && parent === undefined)
      await takeOwnStep(world, () => pushToWake(dropper, repository));
  }
  const deadline = performance.now() + DROP_MS_MAX;
  let drops = 0;
  while (drops === 0 && performance.now() < deadline) {
    await delay(100);
    drops = await countDropsSince(cluster, before);
  }
  count(world, "drop", drops);
  note(world, `dropped ${drops}`);
}

/** @throws AssertionError if a node has met a fault of its own in this run. */
function checkLogs({ world, logStarts }: Runner): void {
  for (const node of world.cluster.nodes) {
    const log = node.logText();
    const faults = log
      .slice(logStarts.get(node))
      .split("\n")
      .filter((line) => /"level":"(?:error|fatal)"/.test(line));
    logStarts.set(node, log.length);
    if (!world.wiped.has(node)) assert.deepEqual(faults, [], `${node.name} has met a fault of its own`);
  }
  world.wiped.clear();
}

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { FaultPoint } from "../../../src/fault-points.ts";
import { checkDelivered, checkWorld } from "./check-world.ts";
import { type Client, repositoriesOf } from "./client.ts";
import { type Command, POINTS_OF_COMMANDS, runCommand } from "./commands.ts";
import {
  type Fault,
  gitProcessesIn,
  killProcesses,
  processesEnd,
  runPail,
  startKillable,
} from "./killable-server.ts";
import { ageMaintenance, checkMaintained } from "./maintenance-leftovers.ts";
import { openPullRequest } from "./pull-request-steps.ts";
import { createRandom, type Random } from "./seeded-random.ts";
import { createRepository, POINTS_OF_STARTS, POINTS_OF_STEPS, type Step, takeStep } from "./steps.ts";
import { createWorld, type NewWorld, type World, withDatabase } from "./world.ts";

type Target = { readonly step: Step; readonly fault: Fault };

/** Those that are reached after the answer. */
const LATE_POINTS = /^(?:webhook|maintenance|git repack|git commit-graph)/;
const LATE_MS_MAX = 60_000;
const ATTEMPTS_MAX = 4;
/** A server without a fault is killed within this time. */
const KILL_MS_MAX = 400;
/** So many of one client: else none would be created any more. */
const REPOSITORIES_MAX = 3;
const USUAL_STEPS: readonly Step[] = [
  "push",
  "push",
  "push",
  "commit",
  "commit",
  "branch",
  "tag",
  "delete-ref",
  "fetch",
  "create",
  "delete",
  "fork",
  "large-push",
  "open-pull-request",
  "move-pull-request",
  "merge-pull-request",
];

/** One life of a server: what is to end it, and what ends commands beside it. */
export type Plan = {
  /** Undefined: at some time. */
  readonly target: Target | undefined;
  readonly command: { readonly command: Command; readonly fault: Fault } | undefined;
  /** Kills the next server while it starts. */
  readonly startFault: Fault | undefined;
};

export type KillRuns = NewWorld & { readonly seed: number; readonly plans: readonly Plan[] };

/** Where processes have killed themselves, for a test that nothing is left out. */
export type Reached = Set<FaultPoint>;

/**
 * Kills a server again and again over one data folder, as planned, and looks after each kill whether everything is as it was
 * acknowledged.
 *
 * @throws Error that tells the plan at which it went wrong.
 */
export async function killRuns({ seed, plans, ...options }: KillRuns): Promise<Reached> {
  const random = createRandom(seed);
  const world = await createWorld(options);
  const runner: Runner = { world, clients: [], random, reached: new Set(), startFaults: [] };
  let run = 0;
  try {
    for (const name of ["a", "b", "cli"])
      runner.clients.push({ name, random: random.split(), world, count: 0 });
    for (const client of runner.clients)
      assert.ok((await createRepository(client)) && (await openPullRequest(client)));
    await world.server.kill();
    for (; run < plans.length; run += 1) await killOnce(runner, plans[run]!);
    await startAndLook(runner, undefined);
    await checkDelivered(world);
    await checkMaintained(runner.clients[0]!);
    const { status, stdout, stderr } = await runPail(world.location, ["fsck", "--full"]);
    assert.equal(status, 0, stdout + stderr);
    return runner.reached;
  } catch (error) {
    // What a kill has broken is found in the run after it.
    const at = [run - 1, run].flatMap((index) => plans[index] ?? []).map((plan) => JSON.stringify(plan));
    const log = world.server.logText().slice(-4_000);
    throw new Error(`run ${run + 1} of ${plans.length}:\n${at.join("\n")}\n${log}`, { cause: error });
  } finally {
    await world.remove();
  }
}

type Runner = {
  readonly world: World;
  readonly clients: Client[];
  readonly random: Random;
  readonly reached: Reached;
  /** Those that wait for a start that has something to sweep. */
  readonly startFaults: Fault[];
};

/** Every point once, each with one of the steps that it is on the way of, and then again with the others. */
export function makePlans(seed: number, runs: number): readonly Plan[] {
  const random = createRandom(seed);
  const targets = inTurns(random, POINTS_OF_STEPS);
  const commands = inTurns(random, POINTS_OF_COMMANDS);
  const starts = inTurns(random, { start: POINTS_OF_STARTS });
  // One in six is killed at no point.
  const atPoints = runs - Math.floor(runs / 6);
  const plans = Array.from({ length: runs }, (_, index): Plan => {
    const target = index < atPoints ? targets[index % targets.length]! : undefined;
    const command = index % 3 === 0 ? commands[(index / 3) % commands.length] : undefined;
    const start = index % 5 === 0 ? starts[(index / 5) % starts.length] : undefined;
    return {
      target: target && { step: target.of, fault: makeFault(random, target.point) },
      command: command && { command: command.of, fault: { point: command.point, nth: 1, delayMs: 0 } },
      startFault: start && { point: start.point, nth: 1, delayMs: 0 },
    };
  });
  return random.shuffle(plans);
}

type Turn<Of> = { readonly of: Of; readonly point: FaultPoint };

function inTurns<Of extends string>(
  random: Random,
  pointsOf: Readonly<Record<Of, readonly FaultPoint[]>>,
): readonly Turn<Of>[] {
  const pairs = random.shuffle(
    (Object.entries(pointsOf) as [Of, readonly FaultPoint[]][]).flatMap(([of, points]) =>
      points.map((point) => ({ of, point })),
    ),
  );
  const seen = new Set<FaultPoint>();
  const [first, again]: [Turn<Of>[], Turn<Of>[]] = [[], []];
  for (const pair of pairs) {
    (seen.has(pair.point) ? again : first).push(pair);
    seen.add(pair.point);
  }
  return [...first, ...again];
}

function makeFault(random: Random, point: FaultPoint): Fault {
  // A git command is killed at some time of its work.
  const delayMs = point.startsWith("git ") ? random.below(25) : 0;
  return { point, nth: point === "packs.moving" ? 1 + random.below(3) : 1, delayMs };
}

/** One life of a server: it begins with a look at what the last one has left, and ends with a kill. */
async function killOnce(runner: Runner, { target, command, startFault }: Plan): Promise<void> {
  const { world, random, reached, startFaults } = runner;
  const [first, second, beside] = runner.clients as [Client, Client, Client];
  if (startFault !== undefined) startFaults.push(startFault);
  if (target?.fault.point.startsWith("webhook.")) await endClaims(world);
  const isReachedEarly = await startAndLook(runner, target?.fault);
  const isTimed = target === undefined || isReachedEarly;
  const work: Promise<void>[] = [
    isTimed ? workUntilKilled(first) : reach(first, target, reached),
    ...(random.chance(0.5) ? [workUntilKilled(second)] : []),
  ];
  if (command !== undefined) {
    work.push(
      runCommand(beside, command.command, command.fault).then((isKilled) => {
        assert.ok(isKilled, `${command.fault.point} is reached by ${command.command}`);
        reached.add(command.fault.point);
      }),
    );
  }
  if (isTimed) work.push(delay(random.below(KILL_MS_MAX)).then(() => world.server.kill()));
  const outcomes = await Promise.allSettled(work);
  await world.server.kill();
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** What a killed server has begun to deliver is left alone by the next one for some seconds: they go by. */
async function endClaims(world: World): Promise<void> {
  await withDatabase(world, ({ kysely }) =>
    kysely.updateTable("webhook_delivery").set({ due_at: 0 }).where("state", "=", "pending").execute(),
  );
}

/** @returns whether the fault has been reached by looking. */
async function startAndLook(runner: Runner, fault: Fault | undefined): Promise<boolean> {
  const { world, random, reached, startFaults } = runner;
  const orphans = gitProcessesIn(world.location.dataFolder);
  // Maintenance cut off a moment ago is not taken over yet: who aims at it comes later.
  if (random.chance(0.5) || LATE_POINTS.test(fault?.point ?? "")) {
    // As when the whole machine goes down; and then it is a while until it comes up.
    killProcesses(orphans);
    await processesEnd(orphans);
    await ageMaintenance(world);
  }
  const startFault = startFaults[0];
  if (startFault !== undefined) {
    const server = await startKillable(world.location, startFault);
    await server?.kill();
    if (server === undefined) reached.add(startFaults.shift()!.point);
  }
  const server = await startKillable(world.location, fault);
  if (server !== undefined) {
    world.server = server;
    await processesEnd(orphans);
    try {
      await checkWorld(world);
      return false;
    } catch (error) {
      // A connection may be cut before the end is heard of.
      if (!(await server.endsWithin(500))) throw error;
    }
  }
  reached.add(fault!.point);
  world.server = (await startKillable(world.location))!;
  await checkWorld(world);
  return true;
}

/** Takes steps until the one that is aimed at has ended the server. */
async function reach(client: Client, { step, fault }: Target, reached: Reached): Promise<void> {
  const { server } = client.world;
  const steps = Array.from({ length: client.random.below(3) }, () => chooseStep(client));
  for (const each of [...steps, ...Array<Step>(ATTEMPTS_MAX).fill(step)]) {
    const isAcknowledged = await takeStep(client, each);
    const isLate = !isAcknowledged || (each === step && LATE_POINTS.test(fault.point));
    if (await server.endsWithin(isLate ? LATE_MS_MAX : fault.delayMs + 20)) break;
  }
  assert.ok(server.isGone(), `${fault.point} is reached by ${step}`);
  reached.add(fault.point);
}

async function workUntilKilled(client: Client): Promise<void> {
  const { server } = client.world;
  while (!server.isGone()) {
    if (await takeStep(client, chooseStep(client))) continue;
    assert.ok(await server.endsWithin(LATE_MS_MAX), "a server that cuts a connection has been killed");
  }
}

function chooseStep(client: Client): Step {
  const step = client.random.pick(USUAL_STEPS);
  const isGrowth = step === "create" || step === "fork";
  return isGrowth && repositoriesOf(client).length >= REPOSITORIES_MAX ? "delete" : step;
}

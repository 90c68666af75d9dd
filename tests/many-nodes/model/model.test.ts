import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CONFIGURATIONS } from "./configurations.ts";
import { type Exploration, explore } from "./explorer.ts";
import { FAULTS, type FaultName, HARMLESS } from "./faults.ts";
import { INVARIANTS } from "./invariants.ts";
import { listSteps } from "./steps.ts";
import { type Configuration, openSystem } from "./system.ts";

/*
 * A model of what Pail does with a repository whose rows are in PostgreSQL and whose packs are in an object store, while any
 * number of nodes work on it: docs/many-nodes.md. Every order in which the steps of a few processes can follow each other is
 * explored, breadth first, and in every state that is reached the invariants of invariants.ts are checked. States are compared
 * byte by byte. Each configuration is explored to its end; larger ones are in tests/long/many-nodes/model.test.ts.
 *
 * Covered:
 * - pushes: with a pack and without, one that leans on what no ref reaches and copies it, small packs that come in the database,
 *   a pack whose row was condemned and that is uploaded under another name, an answer to the transaction that is lost;
 * - uploads: the row before the bytes, in one request and in parts, with an id that was noted and one that was not, requests that
 *   are repeated, applied late, or sent by a process that was frozen;
 * - maintenance under a lease that others take over: joining, joining some, dropping; commit graphs and multi-pack indexes; giving
 *   packs to forks and to parents;
 * - forks, deletions of parent and fork, deletions of refs, former tips;
 * - views of a repository, which grow, and streams from the store;
 * - downloads that replace each other; backups and their holds; a restore, which is also how a folder is moved into a store; a copy
 *   of the database beside the original; sweeps and the listing of the store;
 * - the death of every process at every step;
 * - the order in which transactions lock rows: lock-order.test.ts, and on a real PostgreSQL ../database-locks.test.ts.
 *
 * Time is not in it: every limit may pass at any moment, as if a process had been frozen for as long, or clocks differed by
 * anything. Where the protocol relies on a limit, a comment that begins with "Bound:" says so, and for most there is a seeded fault
 * that lifts it.
 *
 * Not covered: what is inside transactions, which are one step each, but for their locks; pull requests; imports; git objects beyond four; bytes that
 * change in the store or in a cache; a PostgreSQL that loses what it has committed; more than two of any kind of process; whether
 * a sweep ever runs. That the code does what the model does is for the tests of faults: tests/long/many-nodes.
 */

const STATES_MAX = 2_000_000;

/** How often each step was taken, in the configurations and with seeded faults. */
const taken = {
  rightly: new Float64Array(listSteps().length),
  wrongly: new Float64Array(listSteps().length),
};
const total = { states: 0, steps: 0 };

function exploreAll(configuration: Configuration, fault?: FaultName): Exploration {
  const exploration = explore(openSystem(configuration, fault), STATES_MAX);
  const counts = fault === undefined || fault in HARMLESS ? taken.rightly : taken.wrongly;
  for (const [step, count] of exploration.taken.entries()) counts[step]! += count;
  assert.ok(!exploration.isCutOff, "there are more states than are looked at");
  return exploration;
}

/** What a failed test prints. */
function describeViolation({ violation }: Exploration): string {
  if (violation === undefined) return "no invariant is broken";
  return [violation.invariant, ...violation.trace.map((line) => `  ${line}`)].join("\n");
}

for (const [name, configuration] of Object.entries<Configuration>(CONFIGURATIONS))
  test(`all invariants hold in "${name}": ${configuration.about}`, (t) => {
    const exploration = exploreAll(configuration);
    assert.equal(exploration.violation, undefined, describeViolation(exploration));
    const { states, steps, depth } = exploration;
    total.states += states;
    total.steps += steps;
    t.diagnostic(`${states} states, ${steps} steps, each state within ${depth} steps`);
  });

for (const [name, { about, configuration }] of Object.entries(HARMLESS))
  test(`it does no harm if ${about}`, () => {
    const exploration = exploreAll(CONFIGURATIONS[configuration], name as FaultName);
    assert.equal(exploration.violation, undefined, describeViolation(exploration));
  });

/** Shortest ways to violations, as in the file of them. */
const ways: string[] = [];

for (const [name, { about, configuration, breaks }] of Object.entries(FAULTS))
  test(`${breaks} is broken if ${about}`, () => {
    const exploration = exploreAll(CONFIGURATIONS[configuration], name as FaultName);
    const description = describeViolation(exploration);
    assert.equal(exploration.violation?.invariant.split(":")[0], breaks, description);
    ways.push(`If ${about}\n${description}\n`);
  });

test("every invariant is broken by a seeded fault", () => {
  const broken = new Set<string>(Object.values(FAULTS).map(({ breaks }) => breaks));
  assert.deepEqual([...broken].sort(), Object.keys(INVARIANTS).sort());
});

test("every step is taken, and those of seeded faults only with them", (t) => {
  t.diagnostic(`all configurations together: ${total.states} states, ${total.steps} steps`);
  const wrong = listSteps().flatMap(({ actor, text, isFaulty }, step) => {
    const [rightly, wrongly] = [taken.rightly[step]!, taken.wrongly[step]!];
    if (isFaulty ? rightly === 0 && wrongly > 0 : rightly > 0) return [];
    return [`${actor} ${text}: ${rightly} times, and with faults ${wrongly} times`];
  });
  assert.deepEqual(wrong, []);
});

/** Set it to write the file anew, after the model was changed. */
const UPDATE = process.env.UPDATE_MODEL_TRACES === "1";
const WAYS_FILE = join(import.meta.dirname, "traces.snapshot.txt");

test("the shortest ways to what faults break are those of traces.snapshot.txt", () => {
  const text = ways.join("\n");
  if (UPDATE) writeFileSync(WAYS_FILE, text);
  assert.equal(
    text,
    readFileSync(WAYS_FILE, "utf8"),
    "The ways differ: run this test with UPDATE_MODEL_TRACES=1 and read the change",
  );
});

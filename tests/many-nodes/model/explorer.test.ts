import assert from "node:assert/strict";
import { test } from "node:test";
import { explore, type System } from "./explorer.ts";
import { declareSteps } from "./steps.ts";

const STEPS = declareSteps("counter", { counts: "counts {object}" });

/** Counters that each go up to a limit, in any order. */
function counters(names: readonly string[], limit: number, wrong?: readonly number[]): System {
  return {
    bytes: 4,
    objectNames: names,
    begin() {},
    move(now, moves) {
      const before = moves.count();
      for (const [index, name] of names.entries()) {
        moves.actor = name;
        const next = moves.begin();
        if (now[index]! === limit) continue;
        next[index]! += 1;
        moves.take(STEPS.counts, index);
      }
      return moves.count() === before;
    },
    findViolation: (now) => (wrong?.every((count, index) => now[index] === count) ? "wrong" : undefined),
    findLeftover: () => undefined,
  };
}

test("every state is explored once, by every step that leads to it", () => {
  const { states, steps, depth, isCutOff, violation } = explore(counters(["a", "b"], 40), 10_000);
  assert.deepEqual(
    { states, steps, depth, isCutOff, violation },
    { states: 41 * 41, steps: 2 * 40 * 41, depth: 80, isCutOff: false, violation: undefined },
  );
});

test("so many states that the place for them grows are each found again", () => {
  assert.equal(explore(counters(["a", "b", "c"], 60), 1_000_000).states, 61 ** 3);
});

test("the first violation is told with one of the shortest ways to it", () => {
  const { violation } = explore(counters(["a", "b"], 40, [1, 2]), 10_000);
  assert.deepEqual(violation?.invariant, "wrong");
  assert.deepEqual([...violation.trace].sort(), ["a counts a", "b counts b", "b counts b"]);
});

test("what is left out because there are too many states is told", () => {
  const { isCutOff, states } = explore(counters(["a", "b"], 40), 100);
  assert.ok(isCutOff);
  assert.ok(states > 100 && states < 110);
});

test("a state in which nothing happens any more is asked for what is left over", () => {
  const system = { ...counters(["a"], 3), findLeftover: (now: Uint8Array) => `left at ${now[0]}` };
  const { violation } = explore(system, 10);
  assert.deepEqual(violation, { invariant: "left at 3", trace: ["a counts a", "a counts a", "a counts a"] });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import { compareNaturally } from "./compare-naturally.ts";

test("numbers by their value, the examples of the reference", () => {
  for (const sorted of [
    ["v9", "v10", "v11"],
    ["branch1", "branch2", "branch10", "v9"],
    ["a", "a1", "a1b", "a2"],
    ["v1", "v01", "v1.2"].toSorted(compareNaturally),
    ["9".repeat(40), `1${"0".repeat(40)}`],
    ["1", "a"],
  ]) {
    assert.deepEqual(sorted.toReversed().toSorted(compareNaturally), sorted);
  }
});

test("is an order", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "0", "1", "2", "."), maxLength: 6 });
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      assert.equal(Math.sign(compareNaturally(a, b)), -Math.sign(compareNaturally(b, a)) + 0);
      assert.equal(compareNaturally(a, b) === 0, a === b);
      if (compareNaturally(a, b) <= 0 && compareNaturally(b, c) <= 0)
        assert.ok(compareNaturally(a, c) <= 0, `${a} ${b} ${c}`);
    }),
  );
});

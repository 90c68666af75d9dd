import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import { changesBetween, nearestWords } from "./nearest-words.ts";

for (const [a, b, changes] of [
  ["", "", 0],
  ["kitten", "sitting", 3],
  ["", "abc", 3],
  ["read:user", "read:user", 0],
] as const) {
  test(`${a || "nothing"} and ${b || "nothing"} are ${changes} changes apart`, () =>
    assert.equal(changesBetween(a, b), changes));
}

test("the distance is the same both ways, and at most the longer word", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", ":"), maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const changes = changesBetween(a, b);
      assert.equal(changes, changesBetween(b, a));
      assert.ok(changes >= Math.abs(a.length - b.length) && changes <= Math.max(a.length, b.length));
      assert.equal(changes === 0, a === b);
    }),
  );
});

test("words that are equally near are all named, at most three", () => {
  assert.deepEqual(nearestWords("ca", ["cat", "car", "dog"]), ["cat", "car"]);
  assert.equal(nearestWords("c", ["ca", "cb", "cc", "cd"]).length, 3);
});

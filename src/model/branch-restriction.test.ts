import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import { matchesGlob } from "./branch-restriction.ts";

test("the examples of the reference, and the corners", () => {
  for (const [pattern, branch, expected] of [
    ["foo*", "foo", true],
    ["foo*", "foobar", true],
    ["foo*", "barfoo", false],
    ["*", "main", true],
    ["*", "feature/a/b", true],
    ["**", "feature/a", true],
    ["release/*", "release/1/2", true],
    ["release/*", "release", false],
    ["*/x", "a/b/x", true],
    ["*a*b", "xaxab", true],
    ["*a*b", "xaxba", false],
    ["main", "Main", false],
    ["m?in", "main", false],
    ["[m]ain", "main", false],
    ["a.b", "axb", false],
    ["", "x", false],
  ] as const) {
    assert.equal(matchesGlob(pattern, branch), expected, `${pattern} on ${branch}`);
  }
});

test("agrees with the regular expression that says the same", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "*"), maxLength: 12 });
  fc.assert(
    fc.property(text, text, (pattern, branch) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", "[^]*")}$`);
      assert.equal(matchesGlob(pattern, branch), expression.test(branch));
    }),
  );
});

test("a pattern of stars over a long name ends soon", () => {
  assert.equal(matchesGlob("*a".repeat(500), "a".repeat(1000).concat("b")), false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesBranchPattern } from "./branch-pattern.ts";

for (const [pattern, name, expected] of [
  ["main", "main", true],
  ["main", "main2", false],
  ["feature/*", "feature/one", true],
  ["feature/*", "feature/one/two", false],
  ["feature/**", "feature/one/two", true],
  ["*", "main", true],
  ["*", "a/b", false],
  ["**", "a/b", true],
  ["**/fix", "a/b/fix", true],
  ["release-?.?", "release-1.2", true],
  ["release-?", "release-/", false],
  ["{main,develop}", "develop", true],
  ["{main,develop}/x", "main/x", true],
  ["{main,develop}", "other", false],
  ["v*.{1,2}*", "v3.2-rc", true],
  ["**{a,b}".repeat(20), "ab", false],
  ["*a".repeat(500), "a".repeat(1000), true],
  ["*a".repeat(500), `${"a".repeat(1000)}b`, false],
  ["**a".repeat(300), "a".repeat(1000), true],
  ["{", "{", true],
  ["*🙂", "x🙂", true],
] as const)
  test(`${pattern.slice(0, 20)} ${expected ? "matches" : "does not match"} ${name.slice(0, 20)}`, () => {
    assert.equal(matchesBranchPattern(pattern, name), expected);
  });

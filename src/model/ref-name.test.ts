import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import { parseBranchName, parseRefName, REF_NAME_BYTES_MAX } from "./ref-name.ts";

/** git itself is the oracle. */
function gitTakes(name: string): boolean {
  return spawnSync("git", ["check-ref-format", name]).status === 0;
}

function gitTakesBranch(name: string): boolean {
  return spawnSync("git", ["check-ref-format", "--branch", name], { cwd: "/" }).status === 0;
}

for (const name of [
  "refs/heads/main",
  "refs/heads/a/b/c",
  "refs/heads/ünïcode-日本",
  "refs/heads/a..b",
  "refs/heads/.a",
  "refs/heads/a.",
  "refs/heads/a.lock",
  "refs/heads/a.lock/b",
  "refs/heads/a b",
  "refs/heads/a~b",
  "refs/heads/a^",
  "refs/heads/a:b",
  "refs/heads/a?",
  "refs/heads/a*",
  "refs/heads/[a",
  "refs/heads/a\\b",
  "refs/heads//a",
  "refs/heads/a/",
  "refs/heads/@",
  "refs/heads/@{",
  "refs/heads/a@{b",
  "refs/heads/HEAD",
  "refs/heads/-a",
  "refs/heads/a\x01",
  "refs/heads/a\x7f",
  "refs/heads/__proto__",
  "refs/notes/commits",
  "refs/x",
]) {
  test(`agrees with git on ${JSON.stringify(name)}`, () => {
    assert.equal(parseRefName(name) !== undefined, gitTakes(name));
  });
}

for (const name of ["main", "-a", "HEAD", "@", "a/HEAD", "refs/heads/x", "a.b", "é"]) {
  test(`agrees with git on the branch name ${JSON.stringify(name)}`, () => {
    assert.equal(parseBranchName(name) !== undefined, gitTakesBranch(name));
  });
}

test("agrees with git on names made of git's special characters", () => {
  const part = fc.string({
    unit: fc.constantFrom("a", ".", "/", "@", "{", "~", "^", ":", "-", "lock", " ", "é", "*"),
  });
  fc.assert(
    fc.property(part, (text) => {
      const name = `refs/heads/${text}`;
      assert.equal(parseRefName(name) !== undefined, gitTakes(name), name);
    }),
    { numRuns: 150 },
  );
});

test("refuses what is outside refs/, too long, or not Unicode", () => {
  assert.equal(parseRefName("HEAD"), undefined);
  assert.equal(parseRefName("heads/main"), undefined);
  const longest = `refs/heads/${"x".repeat(REF_NAME_BYTES_MAX - 11)}`;
  assert.equal(parseRefName(longest), longest);
  assert.equal(parseRefName(`${longest}x`), undefined);
  assert.equal(parseRefName("refs/heads/\ud800"), undefined);
});

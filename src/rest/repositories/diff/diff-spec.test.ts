import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../../tests/support/fuzzing/seeded-properties.ts";
import { type NamedRevision, parseDiffSpec } from "./diff-spec.ts";

function here(revision: string): NamedRevision {
  return { repository: undefined, revision };
}

function there(workspace: string, repo_slug: string, revision: string): NamedRevision {
  return { repository: { workspace, repo_slug }, revision };
}

for (const [text, source, destination] of [
  ["main", here("main"), undefined],
  ["feature/one..main", here("feature/one"), here("main")],
  ["v1.0..v2.0.1", here("v1.0"), here("v2.0.1")],
  ["release-1.2/x.y..a.b/c", here("release-1.2/x.y"), here("a.b/c")],
  ["3a8b42\r9ff173", here("3a8b42"), here("9ff173")],
  ["acme/fork:3a8b42\r9ff173", there("acme", "fork", "3a8b42"), here("9ff173")],
  ["acme/fork:feature/x..main", there("acme", "fork", "feature/x"), here("main")],
  ["acme/a:x..acme/b:y", there("acme", "a", "x"), there("acme", "b", "y")],
  ["{}/{1}:x..y", there("{}", "{1}", "x"), here("y")],
  ["main:file", here("main:file"), undefined],
] as const) {
  test(`reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseDiffSpec(text), { source, destination });
  });
}

for (const text of [
  "",
  "..",
  "a..",
  "..a",
  "a...b",
  "a..b..c",
  "a\rb\rc",
  "a..b\rc",
  "a\r",
  "acme/fork:",
  "acme/fork:..b",
  "a\nb",
  "a..b\u0000",
]) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseDiffSpec(text), undefined));
}

test("reads back any two names that git allows", () => {
  const part = fc.stringMatching(/^[a-z0-9_-](?:[a-z0-9_.é-]{0,8}[a-z0-9_-])?$/);
  const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const allowed = name.filter((text) => !text.includes(".."));
  fc.assert(
    fc.property(allowed, allowed, fc.constantFrom("..", "\r"), (one, other, between) => {
      const expected = { source: here(one), destination: here(other) };
      assert.deepEqual(parseDiffSpec(one + between + other), expected);
    }),
  );
});

test("throws at nothing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseDiffSpec(text)));
});

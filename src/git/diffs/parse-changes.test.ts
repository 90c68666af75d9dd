import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/seeded-properties.ts";
import { MalformedChangesError, parseChanges } from "./parse-changes.ts";

const RAW = ":100644 100644 1111111 2222222";

function output(...fields: string[]): Buffer {
  return Buffer.from(fields.map((field) => `${field}\0`).join(""), "latin1");
}

for (const [why, fields] of [
  ["a status that no two trees have", [`${RAW} U`, "a", "1\t1\ta"]],
  ["a change without a path", [`${RAW} M`]],
  ["a rename without its second path", [`${RAW} R100`, "a"]],
  ["an empty path", [`${RAW} M`, ""]],
  ["line counts that are no numbers", [`${RAW} M`, "a", "x\t1\ta"]],
  ["something after the line counts", [`${RAW} M`, "a", "1\t1\ta", "more"]],
] as const) {
  test(`refuses ${why}`, () => {
    assert.throws(() => parseChanges(output(...fields)), MalformedChangesError);
  });
}

test("refuses output that was cut off", () => {
  assert.throws(() => parseChanges(Buffer.from(`${RAW} M\0a`)), MalformedChangesError);
});

test("no output is no change", () => assert.deepEqual(parseChanges(Buffer.alloc(0)), []));

test("keeps bytes that are no UTF-8, tabs and line ends in paths", () => {
  const path = "\xff\t1\t\n2";
  const [change] = parseChanges(output(`${RAW} M`, path, `3\t4\t${path}`));
  assert.deepEqual(change, {
    status: "modified",
    oldPath: Buffer.from(path, "latin1"),
    newPath: Buffer.from(path, "latin1"),
    linesAdded: 3,
    linesRemoved: 4,
  });
});

test("a change without line counts is left out, as with white space ignored", () => {
  const changes = parseChanges(output(`${RAW} M`, "a", `${RAW} M`, "b", "1\t0\tb"));
  assert.deepEqual(
    changes.map((change) => "newPath" in change && change.newPath.toString()),
    ["b"],
  );
});

test("throws nothing but its own error, whatever comes", () => {
  const field = fc.oneof(
    fc.string(),
    fc.constant(`${RAW} M`),
    fc.constant(`${RAW} R050`),
    fc.constant("1\t-\t"),
  );
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      try {
        parseChanges(output(...fields));
      } catch (error) {
        assert.ok(error instanceof MalformedChangesError);
      }
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../../tests/support/fuzzing/seeded-properties.ts";
import { namesEtag, parseRange, readRange } from "./conditions.ts";

const WHOLE = { kind: "whole" };
const UNSATISFIABLE = { kind: "unsatisfiable" };
const part = (first: number, last: number) => ({ kind: "part", range: { first, last } });

for (const [text, size, expected] of [
  [undefined, 10, WHOLE],
  ["bytes=0-3", 10, part(0, 3)],
  ["bytes=4-", 10, part(4, 9)],
  ["bytes=-3", 10, part(7, 9)],
  ["bytes=-30", 10, part(0, 9)],
  ["bytes=0-30", 10, part(0, 9)],
  ["BYTES=9-9", 10, part(9, 9)],
  ["bytes=10-", 10, UNSATISFIABLE],
  ["bytes=-0", 10, UNSATISFIABLE],
  ["bytes=0-", 0, UNSATISFIABLE],
  ["bytes=-5", 0, UNSATISFIABLE],
  ["bytes=3-2", 10, WHOLE],
  ["bytes=0-1,4-5", 10, WHOLE],
  ["bytes=-", 10, WHOLE],
  ["items=0-3", 10, WHOLE],
  ["bytes=a-b", 10, WHOLE],
  [`bytes=0-${"9".repeat(400)}`, 10, WHOLE],
] as const) {
  test(`Range: ${text?.slice(0, 20)} of ${size} bytes`, () => {
    assert.deepEqual(parseRange(text, size), expected);
  });
}

test("a range is always within the file", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(1000), (a, b, size) => {
      const asked = parseRange(`bytes=${a}-${b}`, size);
      if (asked.kind !== "part") return;
      const { first, last } = asked.range;
      assert.ok(0 <= first && first <= last && last < size);
    }),
  );
});

for (const [header, expected] of [
  [undefined, false],
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ["*", true],
  ['"b"', false],
  ["a", false],
] as const) {
  test(`If-None-Match: ${header} ${expected ? "names" : "does not name"} "a"`, () => {
    assert.equal(namesEtag(header, '"a"'), expected);
  });
}

test("a range that was meant for another content is not cut", () => {
  assert.deepEqual(readRange({ range: "bytes=0-1", "if-range": '"b"' }, 10, '"a"'), WHOLE);
  assert.deepEqual(readRange({ range: "bytes=0-1", "if-range": '"a"' }, 10, '"a"'), part(0, 1));
});

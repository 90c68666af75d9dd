import assert from "node:assert/strict";
import { test } from "node:test";
import { partRanges } from "./s3-upload.ts";

const MIB = 1024 ** 2;

for (const [bytes, parts, partBytes] of [
  [65 * MIB, 5, 16 * MIB],
  [160 * 1024 * MIB, 10_000, 17 * MIB],
  [1, 1, 1],
  [0, 1, 0],
] as const) {
  test(`${bytes} bytes go in ${parts} parts`, () => {
    const ranges = partRanges(bytes);
    assert.ok(ranges.length <= parts);
    assert.equal(ranges[0]!.last + 1, Math.min(bytes, partBytes));
    let next = 0;
    for (const { first, last } of ranges) {
      assert.equal(first, next);
      next = last + 1;
    }
    assert.equal(next, bytes);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { applyDelta } from "./apply-delta.ts";

const BASE = Buffer.from("0123456789");
const LIMIT = 1_000;

for (const [what, delta, made] of [
  ["nothing", [10, 0], ""],
  ["bytes of its own", [10, 3, 3, 0x61, 0x62, 0x63], "abc"],
  ["a piece of the base", [10, 4, 0x91, 2, 4], "2345"],
  ["its beginning", [10, 2, 0x90, 2], "01"],
  ["both", [10, 3, 0x91, 8, 2, 1, 0x21], "89!"],
] as const)
  test(`a delta makes ${what}`, () => {
    assert.equal(applyDelta(BASE, Buffer.from(delta), LIMIT)?.toString(), made);
  });

test("sizes and offsets of several bytes are read, and no size is 65,536 bytes", () => {
  const base = Buffer.alloc(70_000, "x");
  base.fill("y", 0x1_0102);
  const size = [0xf0, 0xa2, 0x04];
  const far = applyDelta(base, Buffer.from([...size, 2, 0x97, 0x02, 0x01, 0x01, 2]), LIMIT);
  assert.equal(far?.toString(), "yy");
  const whole = applyDelta(base, Buffer.from([...size, 0x80, 0x80, 0x04, 0x80]), 70_000);
  assert.equal(whole?.length, 0x1_0000);
});

for (const [why, delta, bytesMax] of [
  ["is of another base", [9, 1, 1, 0x61], LIMIT],
  ["makes less than it says", [10, 2, 1, 0x61], LIMIT],
  ["makes more than it says", [10, 1, 2, 0x61, 0x62], LIMIT],
  ["makes more than may be", [10, 2, 2, 0x61, 0x62], 1],
  ["copies from behind the base", [10, 2, 0x91, 9, 2], LIMIT],
  ["ends within a number", [10, 4, 0x91, 2], LIMIT],
  ["ends within a size", [10, 0x80], LIMIT],
  ["ends within its own bytes", [10, 3, 3, 0x61], LIMIT],
  ["has a command that is reserved", [10, 1, 0, 1, 0x61], LIMIT],
  ["is empty", [], LIMIT],
] as const)
  test(`a delta that ${why} is refused`, () => {
    assert.equal(applyDelta(BASE, Buffer.from(delta), bytesMax), undefined);
  });

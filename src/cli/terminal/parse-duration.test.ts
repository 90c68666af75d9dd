import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDays, parseMinutes } from "./parse-duration.ts";

for (const [text, minutes] of [
  ["30m", 30],
  ["12h", 720],
  ["7d", 10_080],
  ["0m", 0],
  ["30", undefined],
  ["m", undefined],
  ["1.5h", undefined],
  ["-1m", undefined],
  ["30m ", undefined],
] as const) {
  test(`${text} is ${minutes ?? "no number of"} minutes`, () => assert.equal(parseMinutes(text), minutes));
}

for (const [text, days] of [
  ["30d", 30],
  ["366d", 366],
  ["30", undefined],
  ["30D", undefined],
  ["1m", undefined],
] as const) {
  test(`${text} is ${days ?? "no number of"} days`, () => assert.equal(parseDays(text), days));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "./parse-duration.ts";

const DAY_MS = 86_400_000;

for (const [text, ms] of [
  ["40d", 40 * DAY_MS],
  ["90m", 90 * 60_000],
  ["1w2d", 9 * DAY_MS],
  ["1.5h", 5_400_000],
  ["2m500ms", 120_500],
  ["0s", 0],
  ["P40D", 40 * DAY_MS],
  ["PT36H", 36 * 3_600_000],
  ["P1DT2H30M", DAY_MS + 9_000_000],
  ["P2W", 14 * DAY_MS],
  ["pt0.5s", 500],
] as const) {
  test(`${text} is ${ms} ms`, () => assert.equal(parseDuration(text), ms));
}

for (const text of [
  "",
  "40",
  "d",
  "-1d",
  "1d ",
  "2d1w",
  "1d1d",
  "1y",
  "P1M",
  "P1Y",
  "P",
  "PT",
  "P1DT",
  "P1H",
  "1e9d",
  "1..5h",
  `${"9".repeat(60)}w`,
  `${"9".repeat(70)}d`,
]) {
  test(`${JSON.stringify(text.slice(0, 20))} is no duration`, () =>
    assert.equal(parseDuration(text), undefined));
}

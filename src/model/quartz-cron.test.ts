import assert from "node:assert/strict";
import { test } from "node:test";
import { quartzCronProblem } from "./quartz-cron.ts";

for (const text of [
  "0 0 12 * * ? *",
  "0 0/15 8-17 ? * MON-FRI *",
  "0 0 0 1,15 JAN,jul ? 2026-2030",
  "*/5 * * ? * 2#1 *",
  "0 0 0 LW * ? *",
  "0 0 0 L-3 * ? *",
  "0 0 0 15W * ? *",
  "0 0 0 ? * FRIL *",
])
  test(`${text} is taken`, () => assert.equal(quartzCronProblem(text), undefined));

for (const [text, problem] of [
  ["", /7 fields/],
  ["0 12 * * *", /7 fields, and has 5/],
  ["0 0 12 * * ?", /has 6/],
  ["60 0 12 * * ? *", /seconds/],
  ["0 0 24 * * ? *", /hours/],
  ["0 0 0 32 * ? *", /day of month/],
  ["0 0 0 * 13 ? *", /month/],
  ["0 0 0 ? * 8 *", /day of week/],
  ["0 0 0 ? * ? 1969", /year/],
  ["0 0 12 * * * *", /must be \?/],
  ["0 0 12 ? * ? *", /must be \?/],
  ["0/0 0 12 * * ? *", /seconds/],
  ["0 1-2-3 12 * * ? *", /minutes/],
  ["0 1/2/3 12 * * ? *", /minutes/],
] as const)
  test(`${text} is refused`, () => assert.match(quartzCronProblem(text) ?? "", problem));

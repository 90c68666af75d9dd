import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hours, isWithinHours } from "./hours.ts";

const NIGHT: Hours = { days: [1, 2, 3, 4, 5], from: "18:00", to: "08:00", timeZone: "Europe/Berlin" };
const NOON: Hours = { days: [7], from: "12:00", to: "13:00", timeZone: "UTC" };
const ALWAYS: Hours = { days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "00:00", timeZone: "Asia/Tokyo" };

for (const [hours, instant, expected] of [
  // A Monday, in winter: one hour ahead of UTC.
  [NIGHT, "2026-11-30T16:59:59Z", false],
  [NIGHT, "2026-11-30T17:00:00Z", true],
  [NIGHT, "2026-12-01T06:59:59Z", true],
  [NIGHT, "2026-12-01T07:00:00Z", false],
  // In summer two hours.
  [NIGHT, "2026-07-06T16:00:00Z", true],
  [NIGHT, "2026-07-06T15:59:00Z", false],
  // The night that begins on Friday ends on Saturday; no night begins on Saturday or Sunday.
  [NIGHT, "2026-12-05T06:00:00Z", true],
  [NIGHT, "2026-12-05T20:00:00Z", false],
  [NIGHT, "2026-12-07T05:00:00Z", false],
  [NOON, "2026-12-06T12:00:00Z", true],
  [NOON, "2026-12-06T13:00:00Z", false],
  [NOON, "2026-12-07T12:30:00Z", false],
  [ALWAYS, "2026-12-06T12:00:00Z", true],
  [ALWAYS, "2026-12-06T15:00:00Z", true],
] as const) {
  test(`${instant} is ${expected ? "" : "not "}within ${hours.from} to ${hours.to} in ${hours.timeZone}`, () => {
    assert.equal(isWithinHours(hours, new Date(instant)), expected);
  });
}

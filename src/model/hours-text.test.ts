import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hours } from "./hours.ts";
import { parseHours, writeHours } from "./hours-text.ts";

for (const [text, hours, again] of [
  [
    "mon-fri 18:00-08:00 Europe/Berlin",
    { days: [1, 2, 3, 4, 5], from: "18:00", to: "08:00", timeZone: "Europe/Berlin" },
    undefined,
  ],
  [
    "  SAT,sun   00:00-24:00 UTC ",
    { days: [6, 7], from: "00:00", to: "00:00", timeZone: "UTC" },
    "sat-sun 00:00-00:00 UTC",
  ],
  [
    "fri-mon 22:00-06:30 Asia/Tokyo",
    { days: [1, 5, 6, 7], from: "22:00", to: "06:30", timeZone: "Asia/Tokyo" },
    "mon,fri-sun 22:00-06:30 Asia/Tokyo",
  ],
  [
    "daily 12:00-13:00 America/New_York",
    { days: [1, 2, 3, 4, 5, 6, 7], from: "12:00", to: "13:00", timeZone: "America/New_York" },
    undefined,
  ],
  ["wed 09:00-17:00 UTC", { days: [3], from: "09:00", to: "17:00", timeZone: "UTC" }, undefined],
] as readonly (readonly [string, Hours, string | undefined])[]) {
  test(`reads ${JSON.stringify(text)}, and writes it again`, () => {
    assert.deepEqual(parseHours(text), hours);
    assert.equal(writeHours(hours), again ?? text);
    assert.deepEqual(parseHours(writeHours(hours)), hours);
  });
}

for (const text of [
  "",
  "mon-fri",
  "mon-fri 18:00-08:00",
  "18:00-08:00 UTC",
  "mon-fri 18:00-08:00 Europe/Atlantis",
  "mon-fri 18:00-08:00 +09:00",
  "mon-fri 18:00-08:00 Europe/Berlin now",
  "mon-fri 18-08 UTC",
  "mon-fri 25:00-08:00 UTC",
  "mon-fri 18:60-08:00 UTC",
  "mon-fri-sat 18:00-08:00 UTC",
  "monday 18:00-08:00 UTC",
  ", 18:00-08:00 UTC",
  `mon 18:00-08:00 ${"a".repeat(10_000)}`,
]) {
  test(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => assert.equal(parseHours(text), undefined));
}

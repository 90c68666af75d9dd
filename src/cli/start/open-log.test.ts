import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { openTimestamp } from "./open-log.ts";

test("the time of a line is written as pino writes it", (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  const timestamp = openTimestamp();
  for (const at of [1_700_000_000_000, 1_700_000_000_007, 1_700_000_000_999, 1_700_000_001_000, 0]) {
    t.mock.timers.setTime(at);
    assert.equal(timestamp(), pino.stdTimeFunctions.isoTime());
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import pino from "pino";
import { followClock } from "./follow-clock.ts";

const AT = Date.parse("2026-11-27T08:00:00Z");

/** Two clocks that pass together, and a network between them. */
async function open() {
  const state = { monotonic: 50_000, other: AT, thereMs: 1, backMs: 1, isAway: false };
  const lines: string[] = [];
  const pass = (ms: number) => {
    state.monotonic += ms;
    state.other += ms;
  };
  const followed = await followClock({
    async ask() {
      if (state.isAway) throw new Error("the database is away");
      pass(state.thereMs);
      const time = Math.floor(state.other);
      pass(state.backMs);
      return time;
    },
    monotonicMs: () => state.monotonic,
    stepMs: 1_000_000,
    log: pino({ level: "warn" }, { write: (line: string) => void lines.push(line) }),
  });
  return {
    followed,
    state,
    pass,
    lines,
    /** Ms by which the followed clock is ahead. */
    ahead: () => followed.clock().getTime() - state.other,
  };
}

test("it goes as the other clock, whenever it is read, without asking", async () => {
  const { followed, pass, ahead } = await open();
  for (const ms of [0, 17, 3_600_000]) {
    pass(ms);
    assert.ok(Math.abs(ahead()) <= 1, `${ahead()} ms`);
  }
  await followed.close();
});

for (const [thereMs, backMs] of [
  [900, 0],
  [0, 900],
  [2_000, 2_000],
] as const) {
  test(`answers that are slow, ${thereMs} ms there and ${backMs} ms back, move nothing that agrees with them`, async () => {
    const { followed, state, ahead } = await open();
    Object.assign(state, { thereMs, backMs });
    await followed.measure();
    assert.ok(Math.abs(ahead()) <= 1, `${ahead()} ms`);
    await followed.close();
  });
}

test("a quartz that drifts is corrected, and time stands still rather than going back", async () => {
  const { followed, state, ahead, lines } = await open();
  state.monotonic += 400;
  const before = followed.clock();
  assert.ok(ahead() >= 399);
  await followed.measure();
  assert.deepEqual(followed.clock(), before);
  state.monotonic += 1_000;
  state.other += 1_000;
  assert.ok(Math.abs(ahead()) <= 2, `${ahead()} ms`);
  state.other += 400;
  await followed.measure();
  assert.ok(Math.abs(ahead()) <= 2, `${ahead()} ms`);
  assert.deepEqual(lines, []);
  await followed.close();
});

for (const setMs of [60_000, -60_000]) {
  test(`it follows when the other clock is set by ${setMs} ms, and says so`, async () => {
    const { followed, state, ahead, lines } = await open();
    followed.clock();
    state.other += setMs;
    await followed.measure();
    assert.ok(Math.abs(ahead()) <= 2, `${ahead()} ms`);
    assert.match(lines.join(""), /"clock.difference_ms":-?(5999[89]|60000),/);
    await followed.close();
  });
}

test("without an answer it goes on by itself; without a first one it is not opened", async () => {
  const { followed, state, pass, ahead, lines } = await open();
  state.isAway = true;
  await followed.measure();
  pass(600_000);
  assert.ok(Math.abs(ahead()) <= 1, `${ahead()} ms`);
  assert.match(lines.join(""), /the database was not asked for the time/);
  await followed.close();
  const ask = () => Promise.reject(new Error("the database is away"));
  await assert.rejects(followClock({ ask, log: pino({ level: "silent" }) }), /is away/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { openControlledClock } from "./controlled-clock.ts";

function open() {
  let machine = Date.parse("2026-11-30T08:00:00Z");
  const clock = openControlledClock(() => machine);
  const pass = (ms: number) => {
    machine += ms;
  };
  return { clock, pass, text: () => clock.now().toISOString() };
}

test("it goes on with the machine's clock, from wherever it was set to", () => {
  const { clock, pass, text } = open();
  const state = clock.state();
  assert.equal(text(), "2026-11-30T08:00:00.000Z");
  clock.set(new Date("2027-01-01T00:00:00Z"));
  pass(1_000);
  assert.equal(text(), "2027-01-01T00:00:01.000Z");
  clock.set(new Date("2026-01-01T00:00:00Z"));
  pass(1_000);
  assert.equal(text(), "2026-01-01T00:00:01.000Z", "also back");
  clock.restore(state);
  assert.equal(text(), "2026-11-30T08:00:02.000Z");
});

test("frozen, it stands still but where it is set to, and goes on from there", () => {
  const { clock, pass, text } = open();
  clock.freeze();
  pass(5_000);
  clock.freeze();
  assert.equal(text(), "2026-11-30T08:00:00.000Z");
  clock.set(new Date("2027-01-01T00:00:00Z"));
  pass(5_000);
  assert.equal(text(), "2027-01-01T00:00:00.000Z");
  assert.ok(clock.isFrozen);
  clock.resume();
  clock.resume();
  pass(5_000);
  assert.equal(text(), "2027-01-01T00:00:05.000Z");
  assert.ok(!clock.isFrozen);
});

for (const text of ["1999-12-31T23:59:59.999Z", "2200-01-01T00:00:00Z", "no time"])
  test(`${text} is refused, and changes nothing`, () => {
    const { clock, text: now } = open();
    assert.throws(() => clock.set(new Date(text)), { kind: "invalid-input", message: /years 2000 to 2199/ });
    assert.equal(now(), "2026-11-30T08:00:00.000Z");
  });

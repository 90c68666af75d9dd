// The attack: bytes that nobody thought of. Each parser gets some thousand inputs that its grammar and damage to valid ones
// make; tests/long/fuzzed-parsers.test.ts has a million for each. FUZZ_SEED makes the cases of an earlier run again.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fuzzTarget } from "../support/fuzzing/fuzz-target.ts";
import { FUZZ_TARGETS } from "../support/fuzzing/fuzz-targets.ts";
import { CASE_MS_MAX, FuzzFinding, GROWTH_BYTES_MAX, runTarget } from "../support/fuzzing/run-target.ts";

const CASES = 4_000;
/** Always the same here; `npm run test:long` has one of its own each time. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_129);

describe("no bytes make a parser crash, hang or grow", () => {
  for (const target of FUZZ_TARGETS) {
    test(target.name, async (context) => {
      const { slowestMs } = await runTarget(target, { seed, cases: CASES });
      context.diagnostic(`seed ${seed}, the slowest case ${slowestMs.toFixed(1)} ms`);
    });
  }
});

describe("what fuzzing is to find is found:", () => {
  const isOf = (message: RegExp) => (error: unknown) =>
    error instanceof FuzzFinding && message.test(error.message);
  const run = (name: string, check: (input: number) => void | Promise<void>) =>
    runTarget(
      fuzzTarget(name, (random) => random.below(1_000), check),
      { seed: 7, cases: 2_000 },
    );

  test("an error in one case of a thousand, with what makes it again", () =>
    assert.rejects(
      run("fails", (input) => assert.notEqual(input, 500)),
      isOf(/fails, seed 7, case \d+: 500$/),
    ));
  test("an error that comes later", () =>
    assert.rejects(
      run("fails later", async (input) => assert.notEqual(input, 500)),
      isOf(/fails later, seed 7, case \d+: 500$/),
    ));
  test("a slow case", () =>
    assert.rejects(
      run("hangs", (input) => {
        // By the processor's time, as it is judged: on a busy machine less of it passes than of the clock's.
        const before = process.threadCpuUsage();
        const usedMs = () => process.threadCpuUsage(before).user / 1000;
        while (input === 500 && usedMs() < CASE_MS_MAX + 10);
      }),
      isOf(/it took \d{3} ms: hangs, seed 7, case \d+: 500$/),
    ));
  test("memory that is kept", () => {
    const kept: Buffer[] = [];
    const bytes = (GROWTH_BYTES_MAX * 2) / 2_000;
    return assert.rejects(
      run("grows", () => void kept.push(Buffer.alloc(bytes, 1))),
      isOf(/the memory grew by \d+ bytes: grows/),
    );
  });
});

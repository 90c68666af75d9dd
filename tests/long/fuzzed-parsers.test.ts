// A million cases for each parser, in threads of their own: as many at once as there are cores. One that does not end at all is
// ended, and one that takes more memory than a few cases need fails by itself. FUZZ_SEED makes an earlier run's cases again.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { FUZZ_TARGETS } from "../support/fuzzing/fuzz-targets.ts";
import type { FuzzReport } from "../support/fuzzing/run-target.ts";

const CASES = Number(process.env.FUZZ_CASES ?? 1_000_000);
const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
const TARGET_MS_MAX = 20 * 60_000;
const HEAP_MB_MAX = 512;

function runInThread(name: string): Promise<FuzzReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./fuzz-worker.ts", import.meta.url), {
      workerData: { name, run: { seed, cases: CASES } },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    const late = setTimeout(() => {
      reject(new Error(`${name}, seed ${seed}: no end within ${TARGET_MS_MAX} ms`));
      void worker.terminate();
    }, TARGET_MS_MAX);
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => clearTimeout(late));
  });
}

describe("no bytes make a parser crash, hang or grow", { concurrency: availableParallelism() }, () => {
  for (const { name } of FUZZ_TARGETS) {
    test(name, async (context) => {
      const { cases, slowestMs, growthBytes } = await runInThread(name);
      assert.equal(cases, CASES);
      context.diagnostic(
        `${name}: seed ${seed}, slowest ${slowestMs.toFixed(1)} ms, grew ${growthBytes} bytes`,
      );
    });
  }
});

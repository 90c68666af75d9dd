import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { FuzzTarget } from "./fuzz-target.ts";
import { openRandom } from "./random.ts";

/** What one case may take. */
export const CASE_MS_MAX = 100;
/** A case that took longer is done again so often, by the processor's time, before it counts: the machine may be busy. */
const SLOW_TRIES = 4;
/** By how much the memory in use may be larger after the last batch than after the second. */
export const GROWTH_BYTES_MAX = 8 * 1024 * 1024;
const BATCHES = 10;
const SHOWN_LENGTH_MAX = 2_000;

export type FuzzRun = { readonly seed: number; readonly cases: number };
export type FuzzReport = FuzzRun & { readonly slowestMs: number; readonly growthBytes: number };

/** What a case has shown, with what is needed to make it again. */
export class FuzzFinding extends Error {
  constructor(what: string, target: string, seed: number, index: number, input: unknown, cause?: unknown) {
    const shown = inspect(input, { maxStringLength: SHOWN_LENGTH_MAX, maxArrayLength: SHOWN_LENGTH_MAX });
    super(`${what}: ${target}, seed ${seed}, case ${index}: ${shown}`, { cause });
    this.name = "FuzzFinding";
  }
}

/** Runs the cases of a target. @throws FuzzFinding */
export async function runTarget(target: FuzzTarget, { seed, cases }: FuzzRun): Promise<FuzzReport> {
  const used: number[] = [];
  let slowestMs = 0;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const start = Math.floor((cases * batch) / BATCHES);
    const end = Math.floor((cases * (batch + 1)) / BATCHES);
    slowestMs = Math.max(slowestMs, await runBatch(target, seed, start, end));
    used.push(usedBytes());
  }
  // The first batch fills what is compiled and kept once.
  const growthBytes = Math.min(...used.slice(-2)) - used[1]!;
  if (growthBytes > GROWTH_BYTES_MAX) {
    throw new FuzzFinding(`the memory grew by ${growthBytes} bytes`, target.name, seed, cases, used);
  }
  return { seed, cases, slowestMs, growthBytes };
}

async function runBatch(target: FuzzTarget, seed: number, start: number, end: number): Promise<number> {
  let slowestMs = 0;
  for (let index = start; index < end; index += 1) {
    const ms = await runCase(target, seed, index);
    if (ms <= slowestMs) continue;
    slowestMs = ms <= CASE_MS_MAX ? ms : await runSlowCase(target, seed, index);
  }
  return slowestMs;
}

function runCase(target: FuzzTarget, seed: number, index: number): number | Promise<number> {
  const { input, check } = target.make(openRandom(seed, index));
  const failed = (error: unknown) => new FuzzFinding(String(error), target.name, seed, index, input, error);
  const start = performance.now();
  try {
    const checking = check();
    if (checking === undefined) return performance.now() - start;
    return checking.then(
      () => performance.now() - start,
      (error: unknown) => {
        throw failed(error);
      },
    );
  } catch (error) {
    throw failed(error);
  }
}

async function runSlowCase(target: FuzzTarget, seed: number, index: number): Promise<number> {
  let shortestMs = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < SLOW_TRIES && shortestMs > CASE_MS_MAX; tries += 1) {
    const before = process.threadCpuUsage();
    await runCase(target, seed, index);
    const { user, system } = process.threadCpuUsage(before);
    shortestMs = Math.min(shortestMs, (user + system) / 1000);
  }
  if (shortestMs <= CASE_MS_MAX) return shortestMs;
  const { input } = target.make(openRandom(seed, index));
  throw new FuzzFinding(`it took ${shortestMs.toFixed()} ms`, target.name, seed, index, input);
}

/** Of the heap and of buffers, after garbage collection. */
function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

import { parentPort, workerData } from "node:worker_threads";
import { FUZZ_TARGETS } from "../support/fuzzing/fuzz-targets.ts";
import { type FuzzRun, runTarget } from "../support/fuzzing/run-target.ts";

/** Runs one target in a thread of its own, and tells what it found. */
const { name, run } = workerData as { name: string; run: FuzzRun };
const target = FUZZ_TARGETS.find((each) => each.name === name);
if (target === undefined) throw new Error(`no target ${name}`);
parentPort?.postMessage(await runTarget(target, run));

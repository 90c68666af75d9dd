import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { GitError, type RunOptions, runGit } from "../process/git-process.ts";
import { READ_MEMORY_BYTES_MAX, readFailure } from "../process/read-limits.ts";

/** The tree without entries, which git knows without having it: the other side of a root commit. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" as ObjectId;

/**
 * Settings for every command that compares. What is compared is a stranger's, so nothing in it may choose how:
 * - no attributes but git's own. `attr.tree` would be HEAD in a bare repository since git 2.43;
 * - a file above the threshold is not read into memory to look for its lines: it counts as binary;
 * - no names from a `.mailmap`.
 */
const SETTINGS = [
  "-c",
  "core.attributesFile=/dev/null",
  "-c",
  `attr.tree=${EMPTY_TREE}`,
  "-c",
  "core.bigFileThreshold=64m",
  "-c",
  "core.quotePath=true",
  "-c",
  "log.mailmap=false",
];

/** The command line of a comparing command: its name, then its own arguments. */
export function comparingCommand(args: readonly string[]): string[] {
  return [...SETTINGS, ...args];
}

/** The time that a comparison may take before its answer begins. */
export const COMPARE_TIME_LIMIT_MS = 30_000;

export type LimitedRunOptions = Omit<RunOptions, "input" | "signal"> & {
  readonly signal?: AbortSignal;
  readonly timeLimitMs?: number;
};

/**
 * Runs a comparing command to its end.
 *
 * @param action for the failure's text, such as "compare".
 * @throws Failure `timed-out` if it takes longer than the time limit or prints more than fits in memory.
 * @throws the reason of `signal` if it is aborted.
 */
export async function runLimitedGit(
  action: string,
  args: readonly string[],
  { timeLimitMs = COMPARE_TIME_LIMIT_MS, signal, ...options }: LimitedRunOptions,
): Promise<Buffer> {
  signal?.throwIfAborted();
  const giveBack = await options.takeSlot?.(signal ?? new AbortController().signal);
  const timeLimit = AbortSignal.timeout(timeLimitMs);
  try {
    return await runGit(comparingCommand(args), {
      memoryBytesMax: READ_MEMORY_BYTES_MAX,
      ...options,
      signal: signal === undefined ? timeLimit : AbortSignal.any([signal, timeLimit]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    // Killed, and not by the one who asks: by one of the two limits.
    if (error instanceof GitError && error.status === undefined) throw timedOut(action, timeLimitMs);
    throw readFailure(action, error);
  } finally {
    giveBack?.();
  }
}

export function timedOut(action: string, timeLimitMs: number): Failure {
  return new Failure("timed-out", `Cannot ${action}: it is too large to be done in ${timeLimitMs / 1000} s`);
}

import type { Readable } from "node:stream";
import type { GitOptions } from "../process/git-process.ts";
import { openGitStream } from "../process/git-stream.ts";
import { READ_MEMORY_BYTES_MAX, readFailure } from "../process/read-limits.ts";
import { COMPARE_TIME_LIMIT_MS, comparingCommand, timedOut } from "./run-limited-git.ts";

export type StreamOptions = GitOptions & {
  /** Aborted when the one who asks has gone. */
  readonly signal: AbortSignal;
  /** Until the first byte. */
  readonly timeLimitMs?: number;
  /** From the first byte to the end; a slow reader's time counts too. */
  readonly wholeTimeLimitMs?: number;
};

/** As long as the server keeps a connection on which nothing moves. */
const WHOLE_TIME_LIMIT_MS = 600_000;

/**
 * Starts a comparing command and resolves with its first byte, or its good end without any. When the time is up after that,
 * the stream breaks off, so that what has been sent is not taken for the whole.
 *
 * @param action for the failure's text, such as "compare".
 * @throws Failure `timed-out` if there is no byte within the time limit.
 * @throws as `openGitStream` does.
 */
export async function streamGit(
  action: string,
  args: readonly string[],
  options: StreamOptions,
): Promise<Readable> {
  return streamLimitedGit(action, comparingCommand(args), options);
}

/** The same for a command that is no comparison. */
export async function streamLimitedGit(
  action: string,
  args: readonly string[],
  options: StreamOptions,
): Promise<Readable> {
  const { timeLimitMs = COMPARE_TIME_LIMIT_MS, wholeTimeLimitMs = WHOLE_TIME_LIMIT_MS } = options;
  // Whoever waits for a turn has not begun.
  const giveBack = await options.takeSlot?.(options.signal);
  const limit = new AbortController();
  const signal = AbortSignal.any([options.signal, limit.signal]);
  const timer = setTimeout(() => limit.abort(timedOut(action, timeLimitMs)), timeLimitMs);
  let output: Readable | undefined;
  try {
    const takeSlot = async () => giveBack ?? (() => {});
    output = await openGitStream(args, {
      memoryBytesMax: READ_MEMORY_BYTES_MAX,
      ...options,
      takeSlot,
      signal,
    });
    const wholeTimer = setTimeout(() => limit.abort(timedOut(action, wholeTimeLimitMs)), wholeTimeLimitMs);
    output.once("close", () => clearTimeout(wholeTimer));
    return output;
  } catch (error) {
    throw readFailure(action, error);
  } finally {
    clearTimeout(timer);
    if (output === undefined) giveBack?.();
  }
}

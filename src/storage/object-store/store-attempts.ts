import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../model/failure.ts";

/** How long the store is waited for, and how often it is asked. */
export type Patience = {
  /** Until a connection stands, with TLS. */
  readonly connectMs: number;
  /** Without a byte in either direction. */
  readonly stallMs: number;
  /** Until an upload in parts is put together, which takes the store minutes if there are many parts. */
  readonly completionMs: number;
  readonly triesMax: number;
  /** No further try is begun after this much. */
  readonly triesMs: number;
  /** Before the second try. It doubles with each try, and half of it is left to chance. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
};

export const PATIENCE: Patience = {
  connectMs: 5_000,
  stallMs: 30_000,
  completionMs: 300_000,
  triesMax: 6,
  triesMs: 60_000,
  pauseMs: 200,
  pauseMsMax: 5_000,
};

/** The store did not answer, or asked for patience: the next try may succeed. */
export class StoreBusyError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "StoreBusyError";
  }
}

/** What is tried, for the log: `GET o/ab/abcd… of s3://bucket`. */
export type AttemptedRequest = { readonly description: string; readonly isWrite: boolean };

/**
 * Tries until an attempt does not throw StoreBusyError.
 *
 * @throws Failure unavailable after the last try. What else an attempt throws is passed on at once.
 */
export async function withAttempts<T>(
  request: AttemptedRequest,
  patience: Patience,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const attempts = openAttempts(request, patience, signal);
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      await attempts.pauseAfter(error);
    }
  }
}

export type Attempts = {
  /**
   * Waits after an attempt that has failed.
   *
   * @throws Failure unavailable if that was the last one; the error itself if another attempt is of no use.
   */
  pauseAfter(error: unknown): Promise<void>;
  /** An attempt has got further: the next failure is counted as the first. */
  succeed(): void;
};

export function openAttempts(
  request: AttemptedRequest,
  { triesMax, triesMs, pauseMs, pauseMsMax }: Patience,
  signal: AbortSignal | undefined,
): Attempts {
  let tries = 0;
  let startedAt = performance.now();
  return {
    async pauseAfter(error) {
      signal?.throwIfAborted();
      if (!(error instanceof StoreBusyError)) throw error;
      tries += 1;
      const isLast = tries >= triesMax || performance.now() - startedAt >= triesMs;
      if (isLast) throw storeUnavailable(request, `${tries} tries, the last one: ${error.message}`);
      const pause = Math.min(pauseMsMax, pauseMs * 2 ** (tries - 1));
      await sleep(pause / 2 + randomInt(Math.ceil(pause / 2) + 1), undefined, signal && { signal });
    },
    succeed() {
      tries = 0;
      startedAt = performance.now();
    },
  };
}

/** The caller is told that it is the store, and only the log which store, which object and why. */
export function storeUnavailable({ description, isWrite }: AttemptedRequest, reason: string): Failure {
  return new Failure(
    "unavailable",
    isWrite
      ? "Cannot write to the object store: it did not acknowledge the request"
      : "Cannot read from the object store: it did not answer",
    { reason: `${description}: ${reason}` },
  );
}

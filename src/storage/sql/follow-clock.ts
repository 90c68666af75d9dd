import type { Logger } from "pino";

/** A clock that goes as another one does, which can only be asked over a network. */
export type FollowedClock = {
  /** The time. It never waits. It does not go back, unless the other clock was set back by more than a second. */
  readonly clock: () => Date;
  /** Asks the other clock now. Never throws: without an answer this one goes on by itself. */
  measure(): Promise<void>;
  close(): Promise<void>;
};

export type FollowOptions = {
  /** Asks for the time, in whole ms since 1970, rounded down. */
  readonly ask: () => Promise<number>;
  /** Ms since any moment. Must not be set by anybody. */
  readonly monotonicMs?: () => number;
  /** How often the other clock is asked. An ordinary quartz is off by less than 1 ms in this time. */
  readonly stepMs?: number;
  readonly log: Logger;
};

const STEP_MS = 10_000;
/** At the start: the quickest answer tells the time best. */
const FIRST_QUESTIONS = 3;
/** Corrections up to this make the clock stand still until the time is reached again. Others were made by somebody who set the clock. */
const STANDS_STILL_MS_MAX = 1_000;

/** What is between two moments: no answer tells more, since when it was made on the way is not known. */
type Bounds = { readonly earliest: number; readonly latest: number };

/**
 * Opens a clock that differs from the other one by less than an answer takes, whatever the clock of this machine says.
 *
 * @throws what `ask` throws, if there is no first answer.
 */
export async function followClock({
  ask,
  monotonicMs = () => performance.now(),
  stepMs = STEP_MS,
  log,
}: FollowOptions): Promise<FollowedClock> {
  /** The time when the monotonic clock was 0. */
  async function askForOrigin(): Promise<Bounds> {
    const sentAt = monotonicMs();
    const time = await ask();
    return { earliest: time - monotonicMs(), latest: time + 1 - sentAt };
  }

  const first: Bounds[] = [];
  while (first.length < FIRST_QUESTIONS) first.push(await askForOrigin());
  const { earliest, latest } = first.reduce((best, each) => (widthOf(each) < widthOf(best) ? each : best));
  let origin = (earliest + latest) / 2;
  let last = Number.NEGATIVE_INFINITY;
  let measuring: Promise<void> | undefined;

  async function correct(): Promise<void> {
    try {
      const bounds = await askForOrigin();
      const corrected = Math.min(Math.max(origin, bounds.earliest), bounds.latest);
      const differenceMs = Math.round(corrected - origin);
      origin = corrected;
      if (Math.abs(differenceMs) > STANDS_STILL_MS_MAX)
        log.warn(
          { "clock.difference_ms": differenceMs },
          "the clock of the database was set, or this machine slept",
        );
    } catch (error) {
      log.warn({ err: error }, "the database was not asked for the time");
    }
  }

  function measure(): Promise<void> {
    measuring ??= correct().finally(() => {
      measuring = undefined;
    });
    return measuring;
  }

  const timer = setInterval(() => void measure(), stepMs);
  timer.unref();
  return {
    clock() {
      const now = origin + monotonicMs();
      if (now >= last || last - now > STANDS_STILL_MS_MAX) last = now;
      return new Date(last);
    },
    measure,
    async close() {
      clearInterval(timer);
      await measuring;
    },
  };
}

function widthOf({ earliest, latest }: Bounds): number {
  return latest - earliest;
}

import { invalidField } from "../model/failure.ts";

/** Dates outside of these years are taken for typing errors. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2199;
const FIRST_MS = Date.UTC(FIRST_YEAR, 0);
const END_MS = Date.UTC(LAST_YEAR + 1, 0);

/** A clock that can be set. It starts as that of the machine, and goes on with it unless it is frozen. */
export type ControlledClock = {
  now(): Date;
  readonly isFrozen: boolean;
  /** @throws Failure invalid-input if `at` is not within the years 2000 to 2199. */
  set(at: Date): void;
  freeze(): void;
  resume(): void;
  /** What it takes to have the same clock again. */
  state(): ClockState;
  restore(state: ClockState): void;
};

export type ClockState = {
  /** How far it is ahead of the machine's. */
  readonly offsetMs: number;
  /** Undefined unless it is frozen. */
  readonly frozenMs: number | undefined;
};

export function openControlledClock(machineMs: () => number = Date.now): ControlledClock {
  let offsetMs = 0;
  let frozenMs: number | undefined;
  const nowMs = () => frozenMs ?? machineMs() + offsetMs;
  return {
    now: () => new Date(nowMs()),
    get isFrozen() {
      return frozenMs !== undefined;
    },
    set(at) {
      const ms = at.getTime();
      if (!(ms >= FIRST_MS && ms < END_MS))
        throw invalidField("at", `must be a time in the years ${FIRST_YEAR} to ${LAST_YEAR}`);
      if (frozenMs === undefined) offsetMs = ms - machineMs();
      else frozenMs = ms;
    },
    freeze() {
      frozenMs = nowMs();
    },
    resume() {
      if (frozenMs !== undefined) offsetMs = frozenMs - machineMs();
      frozenMs = undefined;
    },
    state: () => ({ offsetMs, frozenMs }),
    restore(state) {
      ({ offsetMs, frozenMs } = state);
    },
  };
}

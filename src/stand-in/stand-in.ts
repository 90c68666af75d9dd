import { type Jobs, startJobs } from "../app.ts";
import { invalidField } from "../model/failure.ts";
import type { Ports } from "../ports.ts";
import type { ControlledClock } from "./controlled-clock.ts";

/** What tests ask of a server that stands in for Bitbucket, beside what Bitbucket has. */
export type StandIn = {
  /** For the server. They are those that were given, watched. */
  readonly ports: Ports;
  readonly clock: StandInClock;
  /** Starts what is done beside answers. The data by then is what `reset` leads back to. */
  start(): Promise<void>;
  /** Ends what `start` has started. The ports are closed by who has opened them. */
  close(): Promise<void>;
};

/** What is due after a change has been done once its promise is fulfilled. */
export type StandInClock = {
  now(): Date;
  readonly isFrozen: boolean;
  /** Also to an earlier time. @throws Failure invalid-input. */
  set(at: Date): Promise<void>;
  /** @throws Failure invalid-input. */
  advance(ms: number): Promise<void>;
  freeze(): void;
  resume(): void;
};

export type StandInOptions = {
  /** The clock with which the ports were opened. */
  readonly clock: ControlledClock;
};

export function openStandIn(ports: Ports, { clock }: StandInOptions): StandIn {
  let jobs: Jobs | undefined;
  const set = async (at: Date) => {
    clock.set(at);
    await jobs?.runDue();
  };
  return {
    ports,
    clock: {
      now: clock.now,
      get isFrozen() {
        return clock.isFrozen;
      },
      set,
      async advance(ms) {
        if (!(ms >= 0)) throw invalidField("by", "must not be negative: set the clock to go back");
        await set(new Date(clock.now().getTime() + ms));
      },
      freeze: clock.freeze,
      resume: clock.resume,
    },
    async start() {
      jobs = startJobs(ports);
    },
    async close() {
      await jobs?.close();
    },
  };
}

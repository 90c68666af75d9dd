import { setTimeout as delay } from "node:timers/promises";
import { type Jobs, startJobs } from "../app.ts";
import { Failure, invalidField } from "../model/failure.ts";
import type { OpenedPorts } from "../open-ports.ts";
import type { Interception, Ports } from "../ports.ts";
import type { ControlledClock } from "./controlled-clock.ts";
import { type Faults, openFaults } from "./faults/faults.ts";
import { openRequestGate } from "./request-gate.ts";
import { openRequestRecorder, type Requests } from "./requests/requests.ts";
import { openStoredSnapshots, SEED_SNAPSHOT, type Snapshot } from "./snapshots.ts";
import { type CaughtWebhooks, openCaughtWebhooks } from "./webhooks/caught-webhooks.ts";

/** What tests ask of a server that stands in for Bitbucket, beside what Bitbucket has. */
export type StandIn = {
  /** For the server: those that were given, watched. */
  readonly ports: Ports;
  readonly clock: StandInClock;
  readonly snapshots: StandInSnapshots;
  readonly faults: Faults;
  readonly requests: Requests;
  readonly webhooks: CaughtWebhooks;
  /** Leads back to what was there when it was started: data, clock, faults, counts. What was recorded stays. */
  reset(): Promise<void>;
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

/** Requests under way are waited for, and ended after some seconds; others wait meanwhile. */
export type StandInSnapshots = {
  /** In the place of one with the same name. @throws Failure invalid-input, conflict. */
  save(name: string): Promise<Snapshot>;
  /** As `reset`, to another state. @throws Failure not-found. */
  restore(name: string): Promise<void>;
  /** @throws Failure not-found, conflict. */
  remove(name: string): Promise<void>;
  list(): readonly Snapshot[];
};

export type StandInOptions = {
  /** The clock with which the ports were opened. */
  readonly clock: ControlledClock;
  /** Whether webhooks are kept, and not sent. */
  readonly catchesWebhooks?: boolean;
};

/** For imports and repacks that go on after their requests. */
const SETTLE_MS_MAX = 10_000;

export function openStandIn(
  opened: OpenedPorts,
  { clock, catchesWebhooks = false }: StandInOptions,
): StandIn {
  const gate = openRequestGate();
  const faults = openFaults(opened);
  const requests = openRequestRecorder(opened);
  const webhooks = openCaughtWebhooks({ clock: clock.now, isCatching: catchesWebhooks });
  const snapshots = openStoredSnapshots(opened, clock);
  const interception: Interception = {
    intercept(request, response, letThrough) {
      // A client that compares it with the times in answers has the same clock then.
      response.setHeader("date", clock.now().toUTCString());
      requests.record(request, response);
      faults.apply(request, response, () => gate.admit(request, response, letThrough));
    },
    noteRoute: faults.noteRoute,
    noteUses: requests.noteUses,
    observe: requests.observe,
  };
  const ports: Ports = {
    ...opened,
    transactions: gate.watchTransactions(opened.transactions),
    interception,
  };
  let jobs: Jobs | undefined;

  const start = () => startJobs(ports, { send: webhooks.send });

  async function set(at: Date): Promise<void> {
    clock.set(at);
    await jobs?.runDue();
  }

  /** Waits for what goes on after answers. @throws Failure unavailable. */
  async function settle(): Promise<void> {
    const settled = (async () => {
      await opened.backgroundWork.idle();
      await opened.maintenance.idle();
      await opened.flush();
      return true;
    })();
    if ((await Promise.race([settled, delay(SETTLE_MS_MAX, false, { ref: false })])) === false)
      throw new Failure("unavailable", "An import or a repack is still under way: try again later");
  }

  function save(name: string): Promise<Snapshot> {
    return gate.quiet(async () => {
      await settle();
      return snapshots.save(name);
    });
  }

  function restore(name: string): Promise<void> {
    return gate.quiet(async () => {
      await jobs?.close();
      try {
        await settle();
        await snapshots.restore(name);
        await opened.forget();
        faults.clear();
        webhooks.reset();
      } finally {
        if (jobs !== undefined) jobs = start();
      }
    });
  }

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
    snapshots: { save, restore, remove: snapshots.remove, list: snapshots.list },
    faults,
    requests,
    webhooks,
    reset: () => restore(SEED_SNAPSHOT),
    async start() {
      await save(SEED_SNAPSHOT);
      jobs = start();
    },
    async close() {
      await jobs?.close();
      jobs = undefined;
      await snapshots.close();
    },
  };
}

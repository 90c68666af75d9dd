import { setTimeout as delay } from "node:timers/promises";
import type { Ports } from "../ports.ts";
import { isLeaseFree } from "../storage/sql/leases.ts";
import { type HeldLease, withLease } from "../storage/sql/with-lease.ts";
import type { Repeated } from "./repeat.ts";

export type OneNodePorts = Pick<Ports, "database" | "hasPeers" | "metrics" | "log">;

/** How long nobody does the jobs once a node has released them. Of one that has died, the lease has to expire as well. */
export const LOOK_MS = 5_000;

/**
 * Runs jobs on one node of all: as long as it has the lease `name`. Another takes them over when it ends or dies. A node
 * that was frozen may do a round of them late, beside its successor: what must not be done twice asks for a lease of its own.
 */
export function startOnOneNode(
  ports: OneNodePorts,
  name: string,
  start: () => Repeated,
  lookMs = LOOK_MS,
): Repeated {
  if (!ports.hasPeers) return start();
  const abort = new AbortController();
  let started: Repeated | undefined;

  async function hold({ signal }: HeldLease): Promise<void> {
    const jobs = start();
    started = jobs;
    await aborted(signal);
    started = undefined;
    await jobs.close();
  }

  async function take(): Promise<void> {
    try {
      // Asked first: even a lease that is not got would be a change, which empties the look-ups of all nodes.
      if (!(await isLeaseFree(ports.database.kysely, name))) return;
      await withLease(ports, name, abort.signal, hold);
    } catch (error) {
      if (!abort.signal.aborted) ports.log.warn({ err: error, "lease.name": name }, "a lease was not taken");
    }
  }

  async function takeAgainAndAgain(): Promise<void> {
    while (!abort.signal.aborted) {
      await take();
      await delay(lookMs, undefined, { signal: abort.signal, ref: false }).catch(() => {});
    }
  }

  const running = takeAgainAndAgain();
  return {
    async run() {
      await started?.run();
    },
    async close() {
      abort.abort();
      await running;
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}

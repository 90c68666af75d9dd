import { LRUCache } from "lru-cache";
import type { ShareCounts } from "./shared-counts.ts";

/**
 * Slows down guessing of credentials. Failures are counted, not requests, and only failures are refused because of
 * them: a genuine token works from any address, whatever others behind the same address (of a company, of a proxy) have
 * tried.
 */
export type FailedAuthenticationLimiter = {
  /** Counts a failure. Returns the seconds to wait if there were too many; undefined if this one is still allowed. */
  fail(network: string): number | undefined;
};

const WINDOW_MS = 600_000;
/** Clocks of nodes follow that of the database, each as well as it can. */
const AHEAD_MS_MAX = 1_000;
/** Some 100 bytes each. An attacker with more networks than this need not be quick from any one of them. */
export const NETWORKS_MAX = 20_000;

/** `since`: the begin of the stretch in which this process counts. `counts`: all that count still, by stretch. */
type Failures = { readonly since: number; readonly counts: ReadonlyMap<number, number> };

/** How long a node keeps failures before it writes them for the others. */
export const SHARING_MS = 250;

export type OpenedFailedAuthenticationLimiter = FailedAuthenticationLimiter & {
  /** Writes what has not been written for other nodes. */
  flush(): Promise<void>;
  clear(): void;
};

export function openFailedAuthenticationLimiter({
  clock,
  failuresMax,
  share,
}: {
  readonly clock: () => Date;
  /** Failures from one network in ten minutes. */
  readonly failuresMax: number;
  /** Undefined: no other process counts for this one. */
  readonly share?: ShareCounts | undefined;
}): OpenedFailedAuthenticationLimiter {
  const networks = new LRUCache<string, Failures>({ max: NETWORKS_MAX });
  const shared = share?.({
    windowMs: WINDOW_MS,
    recentMs: WINDOW_MS,
    periodMs: SHARING_MS,
    adopt(network, counts) {
      const known = networks.peek(network);
      if (known !== undefined) networks.set(network, { ...known, counts });
    },
  });

  /** Those of the window, with the stretch in which the next one is counted. */
  function failuresOf(network: string, now: number): Failures {
    const known = networks.get(network);
    const counts = new Map([...(known?.counts ?? [])].filter(([since]) => isInWindow(since, now)));
    const isOver = known === undefined || now < known.since || !isInWindow(known.since, now);
    const since = isOver ? now : known.since;
    return { since, counts };
  }

  return {
    fail(network) {
      const now = clock().getTime();
      const { since, counts } = failuresOf(network, now);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const isOver = total >= failuresMax;
      const counted = isOver ? counts : new Map(counts).set(since, (counts.get(since) ?? 0) + 1);
      networks.set(network, { since, counts: counted });
      if (isOver) return Math.ceil((Math.min(since, ...counts.keys()) + WINDOW_MS - now) / 1000);
      shared?.add(network, since);
      return undefined;
    },
    async flush() {
      await shared?.flush();
    },
    clear() {
      networks.clear();
      shared?.clear();
    },
  };
}

function isInWindow(since: number, now: number): boolean {
  return now - since < WINDOW_MS && since - now <= AHEAD_MS_MAX;
}

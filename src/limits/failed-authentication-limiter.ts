import { LRUCache } from "lru-cache";

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
/** Some 100 bytes each. An attacker with more networks than this need not be quick from any one of them. */
export const NETWORKS_MAX = 20_000;

type Failures = { readonly since: number; count: number };

export function openFailedAuthenticationLimiter({
  clock,
  failuresMax,
}: {
  readonly clock: () => Date;
  /** Failures from one network in ten minutes. */
  readonly failuresMax: number;
}): FailedAuthenticationLimiter & { clear(): void } {
  const networks = new LRUCache<string, Failures>({ max: NETWORKS_MAX });
  return {
    fail(network) {
      const now = clock().getTime();
      const known = networks.get(network);
      const isOver = known === undefined || now - known.since >= WINDOW_MS || now < known.since;
      const failures = isOver ? { since: now, count: 0 } : known;
      networks.set(network, failures);
      if (failures.count >= failuresMax) return Math.ceil((failures.since + WINDOW_MS - now) / 1000);
      failures.count += 1;
      return undefined;
    },
    clear: () => networks.clear(),
  };
}

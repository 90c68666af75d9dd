import { LRUCache } from "lru-cache";

/**
 * Slows down whoever tries credentials. Failures are counted, not requests, and only a failure is ever refused because of
 * them: a genuine token works from any address, whatever others behind the same one (a company's, a proxy's) have tried.
 */
export type FailedAuthenticationLimiter = {
  /** Seconds to wait if this failure is one too many, else undefined: then it counts. */
  fail(network: string): number | undefined;
};

const WINDOW_MS = 600_000;
/** Some 100 bytes each. Whoever has more networks than this has no need to be quick from one of them. */
export const NETWORKS_MAX = 20_000;

type Failures = { readonly since: number; count: number };

export function openFailedAuthenticationLimiter({
  clock,
  failuresMax,
}: {
  readonly clock: () => Date;
  /** From one network in ten minutes. */
  readonly failuresMax: number;
}): FailedAuthenticationLimiter {
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
  };
}

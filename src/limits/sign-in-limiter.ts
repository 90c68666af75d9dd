import { LRUCache } from "lru-cache";

/** One try of a password or a code: for which account, whether there is one or not, and from where. */
export type SignInAttempt = {
  /** An address in lower case, or a UUID. */
  readonly account: string;
  readonly network: string;
  readonly factor: "password" | "code";
};

/**
 * Slows down guessing of passwords and codes. Nobody can lock an account for its owner: who has signed in from a network
 * goes on signing in from there, whatever others try elsewhere. Right or wrong is not known when the limit is asked, so
 * each try counts as wrong until it turns out to be right: many at once are no way around. One process counts for
 * all that serve.
 */
export type SignInLimiter = {
  /** @returns when to try again, if there were too many; undefined if this one may go on. */
  begin(attempt: SignInAttempt): Promise<Date | undefined>;
  /** It was right. */
  succeed(attempt: SignInAttempt): void;
};

const MINUTE_MS = 60_000;

/** Of one account from one network: so many at once, then each wait is twice the one before. */
export const FREE_TRIES = 5;
const WAIT_MS_FIRST = 10_000;
const WAIT_MS_MAX = 15 * MINUTE_MS;
const QUIET_MS = 60 * MINUTE_MS;

/** From one network, for all accounts that have not signed in from there. */
export const NETWORK_CAP: Cap = { max: 100, windowMs: 10 * MINUTE_MS };
/** For one account, from all networks from which it has not signed in. */
export const ACCOUNT_CAP: Cap = { max: 100, windowMs: 60 * MINUTE_MS };
/** Who gets as far as the code knows the password. A code of six digits has to be guessed half a million times. */
export const CODE_CAP: Cap = { max: 20, windowMs: 60 * MINUTE_MS };
/** For all together. */
export const TOTAL_CAP: Cap = { max: 1_000, windowMs: 10 * MINUTE_MS };

/** Some 200 bytes each. */
const ENTRIES_MAX = 20_000;

type Cap = { readonly max: number; readonly windowMs: number };
type Count = { readonly since: number; readonly count: number };
type Tries = { readonly last: number; readonly count: number };

export function openSignInLimiter({
  clock,
}: {
  readonly clock: () => Date;
}): SignInLimiter & { clear(): void } {
  const pairs = new LRUCache<string, Tries>({ max: ENTRIES_MAX });
  const known = new LRUCache<string, true>({ max: ENTRIES_MAX });
  const counts = new LRUCache<string, Count>({ max: ENTRIES_MAX });

  /** The end of the wait after so many tries, in ms. */
  function pairEnd({ last, count }: Tries): number {
    const doublings = Math.min(count - FREE_TRIES, 10);
    return doublings < 0 ? last : last + Math.min(WAIT_MS_MAX, WAIT_MS_FIRST * 2 ** doublings);
  }

  function countOf(key: string, { windowMs }: Cap, now: number): Count {
    const count = counts.get(key);
    return count === undefined || now - count.since >= windowMs || now < count.since
      ? { since: now, count: 0 }
      : count;
  }

  return {
    async begin({ account, network, factor }) {
      const now = clock().getTime();
      const pair = keyOf({ account, network, factor });
      const found = pairs.get(pair);
      const tries =
        found === undefined || now - found.last >= QUIET_MS || now < found.last
          ? { last: now, count: 0 }
          : found;
      const caps = capsOf({ account, network, factor }, known.has(pair));
      const ends = caps.flatMap(([key, cap]) => {
        const { since, count } = countOf(key, cap, now);
        return count >= cap.max ? [since + cap.windowMs] : [];
      });
      const end = Math.max(tries.count === 0 ? now : pairEnd(tries), ...ends);
      if (end > now) return new Date(end);
      pairs.set(pair, { last: now, count: tries.count + 1 });
      for (const [key, cap] of caps) {
        const { since, count } = countOf(key, cap, now);
        counts.set(key, { since, count: count + 1 });
      }
      return undefined;
    },
    succeed(attempt) {
      const pair = keyOf(attempt);
      for (const [key] of capsOf(attempt, known.has(pair))) {
        const counted = counts.get(key);
        if (counted !== undefined) counts.set(key, { ...counted, count: Math.max(0, counted.count - 1) });
      }
      pairs.delete(pair);
      known.set(pair, true);
    },
    clear() {
      for (const each of [pairs, known, counts]) each.clear();
    },
  };
}

function capsOf(
  { account, network, factor }: SignInAttempt,
  isKnown: boolean,
): readonly (readonly [key: string, cap: Cap])[] {
  if (factor === "code") return [[`code ${account}`, CODE_CAP]];
  if (isKnown) return [];
  return [
    [`network ${network}`, NETWORK_CAP],
    [`account ${account}`, ACCOUNT_CAP],
    ["total", TOTAL_CAP],
  ];
}

function keyOf({ account, network, factor }: SignInAttempt): string {
  return `${factor}\n${network}\n${account}`;
}

import { LRUCache } from "lru-cache";
import type { ShareCounts } from "./shared-counts.ts";

/** The resources that are counted separately: contract, rest.md §6.1. */
export type RateResource = "api" | "git" | "raw" | "archives" | "webhooks";

export const WINDOW_SECONDS = 3_600;
/** For requests without an account, from one address, whatever they ask for except Git. */
export const ANONYMOUS_MAX = 60;
export const ACCOUNT_MAX: Readonly<Record<RateResource, number>> = {
  api: 1_000,
  git: 60_000,
  raw: 5_000,
  archives: 5_000,
  webhooks: 1_000,
};

/** The key, the resource and the caller's kind, which decides on the limit. */
export type RateQuestion = {
  /** Whose limit counts: the UUID of an account, or a network. */
  readonly quotaKey: string;
  readonly isAnonymous: boolean;
  readonly resource: RateResource;
};

export type RateDecision = {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Whole seconds until one of the counted requests is no longer counted. */
  readonly resetSeconds: number;
};

export type RateLimits = {
  /** Counts a request, unless it is over the limit: refused requests do not count. */
  take(question: RateQuestion): Promise<RateDecision>;
};

/** The window advances by the minute: a request counts for an hour, give or take a minute. */
const SLOTS = 60;
const SLOT_SECONDS = WINDOW_SECONDS / SLOTS;
/**
 * Keys that are counted, some 300 bytes each. Accounts and addresses are separate, so that many addresses displace no
 * account.
 */
export const KEYS_MAX = 20_000;

type Count = { readonly slots: Uint32Array; newest: number; total: number };

export type OpenedRateLimits = RateLimits & {
  /** Writes what has not been written for other nodes. */
  flush(): Promise<void>;
  clear(): void;
};

const SLOT_MS = SLOT_SECONDS * 1_000;
/** How long a node keeps its counts before it writes them for the others. */
export const SHARING_MS = 1_000;

export function openRateLimits({
  clock,
  share,
}: {
  readonly clock: () => Date;
  /** Undefined: no other node counts. */
  readonly share?: ShareCounts | undefined;
}): OpenedRateLimits {
  const counts = { accounts: openCounts(), addresses: openCounts() };
  const shared = share?.({ windowMs: SLOTS * SLOT_MS, recentMs: 2 * SLOT_MS, periodMs: SHARING_MS, adopt });

  /** What all nodes have counted is counted here, whatever was here before. */
  function adopt(sharedKey: string, totals: ReadonlyMap<number, number>, from: number): void {
    const [kind, key] = parseSharedKey(sharedKey);
    const count = counts[kind].peek(key);
    if (count === undefined) return;
    roll(count, Math.floor(clock().getTime() / SLOT_MS));
    for (let slot = count.newest; slot > count.newest - SLOTS && slot * SLOT_MS >= from; slot -= 1)
      count.slots[indexOf(slot)] = totals.get(slot * SLOT_MS) ?? 0;
    count.total = count.slots.reduce((sum, each) => sum + each, 0);
  }

  return {
    async take({ quotaKey, isAnonymous, resource }) {
      const limit = limitOf(isAnonymous, resource);
      const seconds = clock().getTime() / 1000;
      const slot = Math.floor(seconds / SLOT_SECONDS);
      const kind = isAnonymous ? "addresses" : "accounts";
      const key = isAnonymous && resource !== "git" ? quotaKey : `${resource} ${quotaKey}`;
      const count = counts[kind].get(key) ?? { slots: new Uint32Array(SLOTS), newest: slot, total: 0 };
      counts[kind].set(key, count);
      roll(count, slot);
      const isAllowed = count.total < limit;
      if (isAllowed) {
        count.slots[indexOf(count.newest)]! += 1;
        count.total += 1;
        shared?.add(`${kind} ${key}`, count.newest * SLOT_MS);
      }
      // With other nodes it may be above the limit: each may have let something through that the others did not know of.
      const remaining = Math.max(0, limit - count.total);
      return { isAllowed, limit, remaining, resetSeconds: secondsToReset(count, seconds) };
    },
    async flush() {
      await shared?.flush();
    },
    clear() {
      for (const each of [counts.accounts, counts.addresses, shared]) each?.clear();
    },
  };
}

function parseSharedKey(text: string): readonly ["accounts" | "addresses", string] {
  const space = text.indexOf(" ");
  return [text.slice(0, space) === "accounts" ? "accounts" : "addresses", text.slice(space + 1)];
}

function openCounts(): LRUCache<string, Count> {
  return new LRUCache<string, Count>({ max: KEYS_MAX });
}

/**
 * The limit of Git is the same for everybody, which is our choice: Bitbucket's limit for anonymous Git is not known.
 */
function limitOf(isAnonymous: boolean, resource: RateResource): number {
  return isAnonymous && resource !== "git" ? ANONYMOUS_MAX : ACCOUNT_MAX[resource];
}

/**
 * Drops counts that are older than the window. When the clock goes back, counts do not become younger or older: nobody
 * gets new requests by it, and nobody has to wait until the time that a clock was ahead.
 */
function roll(count: Count, slot: number): void {
  if (count.newest > slot) {
    const before = count.slots.slice();
    for (let age = 0; age < SLOTS; age += 1)
      count.slots[indexOf(slot - age)] = before[indexOf(count.newest - age)]!;
    count.newest = slot;
  }
  for (; count.newest < slot && count.total > 0; count.newest += 1) {
    const oldest = (count.newest + 1) % SLOTS;
    count.total -= count.slots[oldest]!;
    count.slots[oldest] = 0;
  }
  count.newest = Math.max(count.newest, slot);
}

/** The clock may be before 1970. */
function indexOf(slot: number): number {
  return ((slot % SLOTS) + SLOTS) % SLOTS;
}

function secondsToReset({ slots, newest }: Count, seconds: number): number {
  for (let slot = newest - SLOTS + 1; slot <= newest; slot += 1) {
    if (slot < 0 || slots[slot % SLOTS] === 0) continue;
    return Math.max(1, Math.ceil((slot + SLOTS) * SLOT_SECONDS - seconds));
  }
  return WINDOW_SECONDS;
}

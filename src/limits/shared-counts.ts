import { LRUCache } from "lru-cache";
import type { Logger } from "pino";

/** What was counted under a name in the stretch of time that begins at `since`, in ms. */
export type Counted = { readonly name: string; readonly since: number; readonly count: number };

/** Where nodes add up what they have counted. */
export type CountStore = {
  /** `forMs`: how long after its `since` a count matters. */
  add(counts: readonly Counted[], forMs: number): Promise<void>;
  /** What all nodes have counted: of each name from its time on. */
  read(asked: readonly { readonly name: string; readonly from: number }[]): Promise<readonly Counted[]>;
};

/**
 * What this node counts, and the others with it. A node counts at once for itself. What it has counted it writes soon
 * after, and reads what all have counted of the same keys by then. So nothing waits for the database, and without it
 * each node goes on counting for itself.
 */
export type SharedCounts = {
  /** One more in the stretch that begins at `since`. Returns at once. */
  add(key: string, since: number): void;
  /** Writes and reads now. Never throws. */
  flush(): Promise<void>;
  clear(): void;
};

export type SharedCountsOptions = {
  /** How long after its `since` a count matters. */
  readonly windowMs: number;
  /** Only stretches that began in this time are read each time; all of them once a minute. */
  readonly recentMs: number;
  /** How long counts are kept before they are written. */
  readonly periodMs: number;
  /** Told what all nodes have counted, by stretch: all stretches of the key from `from` on. */
  readonly adopt: (key: string, counts: ReadonlyMap<number, number>, from: number) => void;
};

/** How limits of a kind share their counts with those of other nodes. */
export type ShareCounts = (options: SharedCountsOptions) => SharedCounts;

export type SharingPorts = {
  readonly store: CountStore;
  /** The name of a key in the store, which tells nobody whose it is. */
  readonly nameOf: (key: string) => string;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Told after each time that counts were written, or could not be. */
  readonly noteSync?: (isWritten: boolean) => void;
};

/** Keys of one time, those with most counts first. Others keep theirs until the next time, and go on counting for themselves. */
export const KEYS_AT_ONCE_MAX = 200;
/** Of which something has not been written. */
const KEYS_MAX = 20_000;
const WHOLE_READ_MS = 60_000;
/** After a failure. */
const PAUSE_MS = 5_000;

type Entry = {
  /** By stretch: what has not been written. */
  pending: Map<number, number>;
  wholeReadAt: number;
};

export function openSharedCounts(
  { store, nameOf, clock, log, noteSync = () => {} }: SharingPorts,
  { windowMs, recentMs, periodMs, adopt }: SharedCountsOptions,
): SharedCounts {
  const entries = new LRUCache<string, Entry>({ max: KEYS_MAX });
  const touched = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let syncing: Promise<void> | undefined;
  let isFailing = false;

  function schedule(): void {
    if (touched.size === 0 || syncing !== undefined) return;
    timer ??= setTimeout(() => void startSync(), isFailing ? PAUSE_MS : periodMs).unref();
  }

  function startSync(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    syncing ??= sync().finally(() => {
      syncing = undefined;
      schedule();
    });
    return syncing;
  }

  async function sync(): Promise<void> {
    const now = clock().getTime();
    const keys = mostCounted(touched, entries);
    const parts = keys.map((key) => {
      const entry = entries.peek(key)!;
      const sent = entry.pending;
      entry.pending = new Map();
      touched.delete(key);
      const isWhole = !(Math.abs(now - entry.wholeReadAt) < WHOLE_READ_MS);
      return { key, entry, sent, isWhole, name: nameOf(key), from: now - (isWhole ? windowMs : recentMs) };
    });
    if (parts.length === 0) return;
    try {
      const counts = parts.flatMap(({ name, sent }) =>
        [...sent].map(([since, count]) => ({ name, since, count })),
      );
      await store.add(counts, windowMs);
      for (const { sent } of parts) sent.clear();
      const read = Map.groupBy(await store.read(parts), ({ name }) => name);
      for (const { key, entry, name, isWhole, from } of parts) {
        if (isWhole) entry.wholeReadAt = now;
        adopt(key, addUp(read.get(name) ?? [], entry.pending), from);
      }
      noteFailing(false);
    } catch (error) {
      // What was not written is written next time. If only the answer was lost, it is counted twice.
      for (const { key, entry, sent } of parts) {
        for (const [since, count] of sent)
          if (now - since < windowMs) entry.pending.set(since, (entry.pending.get(since) ?? 0) + count);
        if (entry.pending.size > 0 && entries.has(key)) touched.add(key);
      }
      noteFailing(true, error);
    }
  }

  function noteFailing(fails: boolean, error?: unknown): void {
    noteSync(!fails);
    if (fails && !isFailing)
      log.warn({ err: error }, "limits are counted by this node alone, until the database answers");
    isFailing = fails;
  }

  return {
    add(key, since) {
      let entry = entries.get(key);
      if (entry === undefined) {
        entry = { pending: new Map(), wholeReadAt: Number.NEGATIVE_INFINITY };
        entries.set(key, entry);
      }
      entry.pending.set(since, (entry.pending.get(since) ?? 0) + 1);
      touched.add(key);
      schedule();
    },
    async flush() {
      await syncing;
      await startSync();
    },
    clear() {
      entries.clear();
      touched.clear();
    },
  };
}

function mostCounted(touched: Set<string>, entries: LRUCache<string, Entry>): readonly string[] {
  const counts: (readonly [key: string, count: number])[] = [];
  for (const key of touched) {
    const pending = entries.peek(key)?.pending;
    // Others have displaced it.
    if (pending === undefined) touched.delete(key);
    else counts.push([key, [...pending.values()].reduce((sum, count) => sum + count, 0)]);
  }
  if (counts.length > KEYS_AT_ONCE_MAX) counts.sort(([, a], [, b]) => b - a);
  return counts.slice(0, KEYS_AT_ONCE_MAX).map(([key]) => key);
}

function addUp(read: readonly Counted[], pending: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const counts = new Map(read.map(({ since, count }) => [since, count]));
  for (const [since, count] of pending) counts.set(since, (counts.get(since) ?? 0) + count);
  return counts;
}

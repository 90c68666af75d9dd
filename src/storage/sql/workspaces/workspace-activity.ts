import type { Logger } from "pino";
import { dayOf } from "../../../model/day.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Database } from "../database.ts";
import { addActivity, type CountedActivity } from "./activity.ts";

/** Counts pushes and fetches of workspaces by days, for the plots of their growth. Nothing is written for a request. */
export type WorkspaceActivity = {
  countPush(workspaceUuid: Uuid): void;
  countFetch(workspaceUuid: Uuid, isCached: boolean): void;
  /** Writes the counts. */
  flush(): Promise<void>;
};

/** Whatever is committed empties the cached look-ups of all processes, so it is done rarely. A killed process loses this much. */
const FLUSH_MS = 10 * 60_000;

export function openWorkspaceActivity({
  database,
  clock,
  log,
}: {
  readonly database: Pick<Database, "transaction">;
  readonly clock: () => Date;
  readonly log: Logger;
}): WorkspaceActivity {
  /** By workspace and day: no more than there are workspaces. */
  let counted = new Map<string, { -readonly [Name in keyof CountedActivity]: CountedActivity[Name] }>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (counted.size === 0) return;
    const entries = [...counted.values()];
    counted = new Map();
    try {
      await database.transaction((tx) => addActivity(tx, entries));
    } catch (error) {
      log.warn({ err: error }, "the activity of workspaces was not counted");
    }
  }

  function entryOf(workspaceUuid: Uuid) {
    const day = dayOf(clock());
    const key = `${workspaceUuid} ${day}`;
    let entry = counted.get(key);
    if (entry === undefined) {
      entry = { workspaceUuid, day, pushes: 0, fetches: 0, cachedFetches: 0 };
      counted.set(key, entry);
    }
    // The timer does not keep the process running: closing writes the remaining counts.
    timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
    return entry;
  }

  return {
    countPush(workspaceUuid) {
      entryOf(workspaceUuid).pushes += 1;
    },
    countFetch(workspaceUuid, isCached) {
      const entry = entryOf(workspaceUuid);
      entry.fetches += 1;
      if (isCached) entry.cachedFetches += 1;
    },
    flush,
  };
}

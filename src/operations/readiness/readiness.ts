import { lstat, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cacheFolder } from "../../config/cache-folder.ts";
import { requireGit } from "../../git/process/git-version.ts";
import type { Ports } from "../../ports.ts";
import { IDENTITY_KEY } from "../../storage/content/own-store.ts";
import { readFolderRoom } from "../../storage/data-folder/folder-room.ts";
import type { ObjectStore } from "../../storage/object-store/object-store.ts";
import { readDatabaseState } from "../../storage/sql/database-state.ts";

/** Fixed words: who asks may be anyone, so nothing of paths, addresses or errors is in them. */
export type Checks = {
  /** These two are not looked at if `database` is excluded. */
  readonly database?: "ok" | "does not answer";
  readonly migrations?: "ok" | "lacks some" | "unknown";
  readonly data_folder: "ok" | "not writable" | "no room";
  readonly git: "ok" | "missing or too old";
  /** Only where there is one, and if it is not excluded. */
  readonly object_store?: "ok" | "does not answer" | "lost its identity";
  /** Only where there is an object store. It is made if it is not there, but not through a link to a disk that is not mounted. */
  readonly cache?: "ok" | "not writable" | "dangling link";
};

/** What may be left out by who asks: what is far away is then not waited for either. */
export const PARTS = [
  "database",
  "migrations",
  "data_folder",
  "git",
  "object_store",
  "cache",
] as const satisfies readonly (keyof Checks)[];
export type Part = (typeof PARTS)[number];

export type Readiness = { readonly isStopping: boolean; readonly checks: Checks };

export type ReadinessPorts = Pick<Ports, "database" | "config" | "stored" | "stopping">;

export type ReadinessCheck = {
  /** What was found at most a second ago: anyone may ask as often as they like. Never throws. */
  read(excluded?: ReadonlySet<Part>): Promise<Readiness>;
};

const KEPT_MS = 1_000;
/** A process is started for it. */
const GIT_KEPT_MS = 30_000;
/** A request to the store may cost something. */
const STORE_KEPT_MS = 5_000;
const STORE_MS_MAX = 2_000;
const DATABASE_MS_MAX = 2_000;

export function openReadinessCheck({ database, config, stored, stopping }: ReadinessPorts): ReadinessCheck {
  const git = keptFor(GIT_KEPT_MS, checkGit);
  const state = keptFor(KEPT_MS, () => checkDatabase(database));
  const store = stored && keptFor(STORE_KEPT_MS, () => checkStore(stored.store));
  const look = async (excluded: ReadonlySet<Part>) => {
    const [found, room, gitState, storeState, cacheState] = await Promise.all([
      // A query that hangs is not asked again: it is the one that the next reader waits for.
      !excluded.has("database") &&
        Promise.race([state.read(), delay(DATABASE_MS_MAX, NO_ANSWER, { ref: false })]),
      readFolderRoom(config.dataFolder),
      git.read(),
      store &&
        !excluded.has("object_store") &&
        Promise.race([store.read(), delay(STORE_MS_MAX, "does not answer" as const, { ref: false })]),
      stored && !excluded.has("cache") && checkCache(cacheFolder(config)),
    ]);
    return {
      ...found,
      data_folder: room.kind === "writable" ? "ok" : room.kind === "full" ? "no room" : "not writable",
      git: gitState,
      ...(storeState === undefined || storeState === false ? {} : { object_store: storeState }),
      ...(cacheState === undefined || cacheState === false ? {} : { cache: cacheState }),
    } satisfies Checks;
  };
  const checks = new Map<string, { read(): Promise<Checks> }>();
  return {
    async read(excluded = new Set()) {
      const key = PARTS.filter((part) => excluded.has(part)).join();
      const kept = checks.get(key) ?? keptFor(KEPT_MS, () => look(excluded));
      checks.set(key, kept);
      return { isStopping: stopping.isStopping, checks: await kept.read() };
    },
  };
}

async function checkStore(store: Pick<ObjectStore, "findBytes">): Promise<Checks["object_store"]> {
  try {
    return (await store.findBytes(IDENTITY_KEY)) === undefined ? "lost its identity" : "ok";
  } catch {
    return "does not answer";
  }
}

/** Not whether it has room: it is cleared when it is full. */
async function checkCache(folder: string): Promise<NonNullable<Checks["cache"]>> {
  for (const path of [folder, ...CACHE_PARTS.map((part) => join(folder, part))]) {
    const entry = await lstat(path).catch(() => undefined);
    // It is made when it is needed.
    if (entry === undefined) continue;
    const found = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (found === undefined) return "dangling link";
    if (!found.isDirectory() || (await readFolderRoom(path)).kind === "not-writable") return "not writable";
  }
  return "ok";
}

/** Any of them may be on a disk of its own, or be missing with it. */
const CACHE_PARTS = ["objects", "views", "staging", "downloads"];

type DatabaseChecks = Pick<Checks, "database" | "migrations">;

const NO_ANSWER: DatabaseChecks = { database: "does not answer", migrations: "unknown" };

async function checkDatabase(database: ReadinessPorts["database"]): Promise<DatabaseChecks> {
  try {
    const state = await readDatabaseState(database.kysely);
    return { database: "ok", migrations: state === "current" ? "ok" : "lacks some" };
  } catch {
    return NO_ANSWER;
  }
}

async function checkGit(): Promise<Checks["git"]> {
  try {
    await requireGit();
    return "ok";
  } catch {
    return "missing or too old";
  }
}

/** Everyone who asks while an answer is made, or soon after, gets the same one. */
function keptFor<Value>(ms: number, make: () => Promise<Value>): { read(): Promise<Value> } {
  let kept: Promise<Value> | undefined;
  let madeAt = Number.NaN;
  return {
    read() {
      if (kept !== undefined && !(performance.now() - madeAt > ms)) return kept;
      madeAt = Number.NaN;
      kept = make().finally(() => {
        madeAt = performance.now();
      });
      return kept;
    },
  };
}

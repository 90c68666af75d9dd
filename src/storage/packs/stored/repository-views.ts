import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { Failure } from "../../../model/failure.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { hasCode } from "../../files/has-code.ts";
import { NoSuchObjectError } from "../../object-store/object-store.ts";
import type { Database } from "../../sql/database.ts";
import { lookAtPacks, type PackLook } from "../../sql/stored-objects/packs.ts";
import type { ObjectName } from "../../sql/stored-objects/stored-objects.ts";
import { DamagedObjectError } from "../../stored-objects/damaged-object-error.ts";
import type { ObjectCache } from "../../stored-objects/object-cache.ts";
import { cacheWiped } from "../with-repository.ts";
import { makePackView, type PackView } from "./pack-view.ts";

/** A view that is kept until it is closed. */
export type OpenView = {
  readonly gitDir: string;
  /** Adds what has come since, so that it has all that refs reach that were read before the call. */
  refresh(): Promise<void>;
  packCount(): number;
  /** False once files of it have been removed. */
  isIntact(): Promise<boolean>;
  close(): void;
};

/** A pack that is shown while its row is being committed. */
export type ShownPack = {
  /** The row is there: the pack stays. */
  keep(): Promise<void>;
  /** There is no row, or nobody knows: it is taken back. With a row it comes again at the next look. */
  hide(): Promise<void>;
};

/**
 * The views of this process: the newest of each repository is kept open for the next who asks, since long-lived processes read in it.
 */
export type RepositoryViews = {
  /** With at least all objects that the repository has now. Of a repository without a row: an empty one. */
  open(repository: Uuid): Promise<OpenView>;
  /** Shows files of a pack, by their endings, in all views of its repository, before its row is committed. */
  show(repository: Uuid, name: ObjectName, files: ReadonlyMap<string, string>): Promise<ShownPack>;
  /** The rows of packs that are shown have been committed: in this pack generation nothing else has come. */
  noteAdded(repository: Uuid, names: readonly ObjectName[], generation: number): void;
  /**
   * As `OpenView.refresh`, of the view in a folder, in which something is missing.
   *
   * @returns whether anything has come; false for a folder that is no view.
   * @throws Failure unavailable if files of it have been removed.
   */
  refreshFolder(gitDir: string): Promise<boolean>;
  /** Closes those that nobody has used for so long. */
  closeIdle(idleMs: number): Promise<void>;
  close(): Promise<void>;
};

export type RepositoryViewsOptions = {
  /** Where the views of this process are made. */
  readonly folder: string;
  readonly database: Pick<Database, "kysely" | "lookups">;
  readonly cache: ObjectCache;
  /** Called before a view is removed, to close open files in it. */
  readonly beforeRemoval: (gitDir: string) => void;
  readonly log: Logger;
};

type Kept = {
  readonly view: PackView;
  /** The pack generation that it has all of. */
  generation: number;
  users: number;
  usedAt: number;
  /** A newer one has taken its place. */
  isReplaced: boolean;
};

/** A store object that is gone means that the look is old. */
const LOOKS_MAX = 3;
/** Of a repository without a row, which an import may be about to write. */
const NO_ROW = -1;
/** Views that nobody uses, beyond which those that were used longest ago are closed. */
const IDLE_MAX = 256;

export function openRepositoryViews({
  folder,
  database,
  cache,
  beforeRemoval,
  log,
}: RepositoryViewsOptions): RepositoryViews {
  const newest = new Map<Uuid, Kept>();
  /** All that are not removed, by repository. */
  const all = new Map<Uuid, Set<Kept>>();
  const renewing = new Map<Uuid, Promise<Kept>>();
  /** Files of packs whose rows are about to be committed. */
  const shown = new Map<Uuid, Map<ObjectName, ReadonlyMap<string, string>>>();
  let made = 0;

  async function remove(repository: Uuid, kept: Kept): Promise<void> {
    const views = all.get(repository);
    views?.delete(kept);
    if (views?.size === 0) all.delete(repository);
    beforeRemoval(kept.view.gitDir);
    await kept.view.remove().catch((error: unknown) => {
      // The next start removes it.
      log.warn({ err: error }, "a view of a repository was not removed");
    });
  }

  function release(repository: Uuid, kept: Kept): void {
    kept.users -= 1;
    kept.usedAt = performance.now();
    if (kept.users === 0 && kept.isReplaced) void remove(repository, kept);
  }

  async function makeView(repository: Uuid): Promise<Kept> {
    const view = await cache.withRoom(async () => {
      made += 1;
      const gitDir = join(folder, `${repository}-${made}.git`);
      try {
        return await makePackView(gitDir, cache);
      } catch (error) {
        await rm(gitDir, { recursive: true, force: true });
        throw error;
      }
    });
    const kept = { view, generation: NO_ROW, users: 0, usedAt: performance.now(), isReplaced: false };
    const views = all.get(repository) ?? new Set();
    // From now on it is given what is shown; before that, the loop gives it.
    all.set(repository, views.add(kept));
    try {
      for (const [name, files] of shown.get(repository) ?? [])
        await view.addOwn(name, files).catch((error: unknown) => {
          // The files of a push have been removed. If it is done nonetheless, its row brings them.
          if (!hasCode(error, "ENOENT")) throw error;
        });
    } catch (error) {
      await remove(repository, kept);
      throw error;
    }
    return kept;
  }

  /** With a look that is made now; with another one if something of it has been deleted meanwhile. */
  async function withLook<T>(repository: Uuid, work: (look: PackLook | undefined) => Promise<T>): Promise<T> {
    for (let looks = 1; ; looks += 1) {
      const look = await lookAtPacks(database.kysely, repository);
      try {
        return await work(look);
      } catch (error) {
        const isMissing = error instanceof NoSuchObjectError;
        if (isMissing && looks < LOOKS_MAX) continue;
        if (isMissing || error instanceof DamagedObjectError)
          log.error(
            { err: error, "repository.uuid": repository },
            "an object is damaged or missing in the store",
          );
        if (!isMissing) throw error;
        throw new Failure("unavailable", "the repository's objects are not in the object store", {
          reason: error.message,
        });
      }
    }
  }

  /** The newest view, with all of a look that is made now. Its users are one more. */
  function renew(repository: Uuid): Promise<Kept> {
    return withLook(repository, (look) => renewFrom(repository, look));
  }

  async function renewFrom(repository: Uuid, look: PackLook | undefined): Promise<Kept> {
    const current = newest.get(repository);
    if (current !== undefined && (await extend(repository, current, look))) return current;
    const kept = await makeView(repository);
    try {
      if (look !== undefined) await addTo(kept, look);
    } catch (error) {
      await remove(repository, kept);
      throw error;
    }
    kept.users += 1;
    newest.set(repository, kept);
    if (current !== undefined && !current.isReplaced) void replace(repository, current);
    closeBeyond(IDLE_MAX);
    return kept;
  }

  /** Adds a look to a view, of which the users are then one more. @returns false if it cannot have just what the look has. */
  async function extend(repository: Uuid, kept: Kept, look: PackLook | undefined): Promise<boolean> {
    // It must not be closed meanwhile, as idle, to make room for what is added to it.
    kept.users += 1;
    let isExtended = false;
    try {
      const isOfUse = (look === undefined || kept.view.coversOnly(look)) && (await kept.view.isIntact());
      if (isOfUse && look !== undefined) await addTo(kept, look);
      isExtended = isOfUse;
      return isExtended;
    } finally {
      if (!isExtended) release(repository, kept);
    }
  }

  async function addTo(kept: Kept, look: PackLook): Promise<void> {
    await kept.view.add(look);
    kept.generation = Math.max(kept.generation, look.packGeneration);
  }

  /** Adds what has come since. @returns whether anything has. */
  async function refresh(repository: Uuid, kept: Kept): Promise<boolean> {
    const now = await database.lookups.findPackGeneration(repository);
    if (now === undefined || now.packGeneration <= kept.generation) return false;
    await withLook(repository, async (look) => {
      if (look !== undefined) await addTo(kept, look);
    });
    return true;
  }

  /** Resolves once it is removed, unless it is in use: then the last user does so. */
  async function replace(repository: Uuid, kept: Kept): Promise<void> {
    kept.isReplaced = true;
    if (newest.get(repository) === kept) newest.delete(repository);
    if (kept.users === 0) await remove(repository, kept);
  }

  function closeBeyond(limit: number): void {
    const idle = [...newest].filter(([, { users }]) => users === 0);
    if (idle.length <= limit) return;
    idle.sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [repository, kept] of idle.slice(0, idle.length - limit)) void replace(repository, kept);
  }

  /** One look at a time for each repository; whoever comes later needs a later look. */
  function renewInTurn(repository: Uuid): Promise<Kept> {
    const before = renewing.get(repository) ?? Promise.resolve();
    const work = before.then(
      () => renew(repository),
      () => renew(repository),
    );
    renewing.set(repository, work);
    const done = () => {
      if (renewing.get(repository) === work) renewing.delete(repository);
    };
    work.then(done, done);
    return work;
  }

  /** Its users are one more. */
  async function findCurrent(repository: Uuid): Promise<Kept> {
    const current = newest.get(repository);
    if (current === undefined) return renewInTurn(repository);
    // It must not be removed while the generation is read.
    current.users += 1;
    let isCurrent = false;
    try {
      const now = await database.lookups.findPackGeneration(repository);
      const isNewest = (now?.packGeneration ?? NO_ROW) <= current.generation;
      isCurrent = isNewest && (await current.view.isIntact());
    } finally {
      if (!isCurrent) release(repository, current);
    }
    return isCurrent ? current : renewInTurn(repository);
  }

  return {
    async open(repository) {
      const kept = await findCurrent(repository);
      let isOpen = true;
      return {
        gitDir: kept.view.gitDir,
        packCount: kept.view.packCount,
        isIntact: kept.view.isIntact,
        async refresh() {
          await refresh(repository, kept);
        },
        close() {
          if (!isOpen) throw new Error(`${kept.view.gitDir} is closed twice`);
          isOpen = false;
          release(repository, kept);
        },
      };
    },
    async show(repository, name, files) {
      const ofRepository = shown.get(repository) ?? new Map();
      shown.set(repository, ofRepository.set(name, files));
      for (const { view } of all.get(repository) ?? []) await view.addOwn(name, files);
      const stopShowing = () => {
        ofRepository.delete(name);
        if (ofRepository.size === 0) shown.delete(repository);
      };
      return {
        async keep() {
          stopShowing();
        },
        async hide() {
          stopShowing();
          for (const { view } of all.get(repository) ?? []) {
            await view.removeOwn(name, files.keys());
            beforeRemoval(view.gitDir);
          }
        },
      };
    },
    noteAdded(repository, names, generation) {
      for (const kept of all.get(repository) ?? []) {
        kept.view.noteRows(names);
        // One that had all of the generation before needs no look to have all of this one. A view that was made while the files of
        // the push were removed was not shown them.
        if (kept.generation === generation - 1 && names.every(kept.view.hasPack))
          kept.generation = generation;
      }
    },
    async refreshFolder(gitDir) {
      for (const [repository, views] of all)
        for (const kept of views) {
          if (kept.view.gitDir !== gitDir) continue;
          if (!(await kept.view.isIntact())) throw cacheWiped();
          return refresh(repository, kept);
        }
      return false;
    },
    async closeIdle(idleMs) {
      const since = performance.now() - idleMs;
      const idle = [...newest].filter(([, { users, usedAt }]) => users === 0 && usedAt <= since);
      await Promise.all(idle.map(([repository, kept]) => replace(repository, kept)));
    },
    async close() {
      await Promise.allSettled(renewing.values());
      for (const views of all.values()) for (const { view } of views) beforeRemoval(view.gitDir);
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
    },
  };
}

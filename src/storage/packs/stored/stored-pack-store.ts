import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Database } from "../../sql/database.ts";
import { ObjectsDroppedError } from "../../sql/refs/ref-updates.ts";
import { lookAtPacks, sharePacks } from "../../sql/stored-objects/packs.ts";
import type { ObjectCache } from "../../stored-objects/object-cache.ts";
import type { StoredObjects } from "../../stored-objects/stored-objects.ts";
import type { OpenRepository, PackStore, RepositoryFolderIntent } from "../pack-store.ts";
import { listFolder } from "../repository-folders.ts";
import { isCutOff, isOwn, newStagingName } from "../staging-names.ts";
import { writeRefs } from "../written-refs.ts";
import { needsStoredMaintenance } from "./needs-stored-maintenance.ts";
import { openRepositoryViews } from "./repository-views.ts";
import { requireUsableCache } from "./require-usable-cache.ts";
import { openStoredMaintenance } from "./stored-maintenance.ts";
import { openStoredQuarantine } from "./stored-quarantine.ts";

/** A view that nobody has used for so long is closed, so that files that were evicted give their bytes back. */
const IDLE_MS = 15 * 60_000;
const IDLE_STEP_MS = 60_000;

export type StoredPackStoreOptions = {
  /** For views and quarantines. It may be removed while nobody works in it. */
  readonly folder: string;
  readonly database: Pick<Database, "kysely" | "lookups">;
  readonly storedObjects: StoredObjects;
  readonly cache: ObjectCache;
  readonly beforeRemoval: (gitDir: string) => void;
  readonly log: Logger;
};

export type StoredPackStore = PackStore & {
  /** Closes views that nobody uses, for who opens one repository after another and none again. */
  closeIdleViews(): Promise<void>;
  /** Adds to an open repository what has come since. @returns whether anything has. */
  refreshFolder(gitDir: string): Promise<boolean>;
};

/** Packs in an object store, by rows of the database: docs/many-nodes.md. */
export function openStoredPackStore(options: StoredPackStoreOptions): StoredPackStore {
  const { folder, database, storedObjects, cache, log } = options;
  const viewFolder = join(folder, "views");
  const stagingFolder = join(folder, "staging");
  const ownViews = join(viewFolder, newStagingName());
  const staging = () => join(stagingFolder, newStagingName());
  const views = openRepositoryViews({ ...options, folder: ownViews });
  const writers = new Map<string, Promise<void>>();
  const closingIdle = setInterval(() => void views.closeIdle(IDLE_MS), IDLE_STEP_MS).unref();

  /** One writer for each folder: others wait, then look again. */
  async function writeRefsOf(
    gitDir: string,
    ...written: Parameters<OpenRepository["writeRefs"]>
  ): Promise<void> {
    while (writers.has(gitDir)) await writers.get(gitDir)!.catch(() => {});
    const writer = writeRefs(gitDir, staging(), ...written);
    writers.set(gitDir, writer);
    try {
      await writer;
    } finally {
      writers.delete(gitDir);
    }
  }

  return {
    async openRepository(repository) {
      const view = await views.open(repository);
      const { gitDir } = view;
      return {
        gitDir,
        writeRefs: (generation, head, readRefs) =>
          writeRefsOf(gitDir, generation, head, async () => {
            const refs = await readRefs();
            // Refs first, then the packs that have what they reach. What has left all refs stays for two weeks.
            await view.refresh();
            return refs;
          }),
        isIntact: view.isIntact,
        // Nothing in a view is removed or replaced while it is open.
        openSnapshot: async () => ({ objectFolder: join(gitDir, "objects"), async close() {} }),
        close: view.close,
      };
    },
    createRepository: async () => NOTHING_TO_NOTE,
    copyRepository: async (from, to) => ({
      ...NOTHING_TO_NOTE,
      async record(tx) {
        // Maintenance has replaced a pack between two statements.
        if (!(await sharePacks(tx, from, to))) throw new ObjectsDroppedError();
        return undefined;
      },
    }),
    openRemovalIntent: async () => NOTHING_TO_NOTE,
    openQuarantine: (repository) =>
      openStoredQuarantine({ repository, views, storedObjects, cache, newFolder: staging, log }),
    measure: async () => undefined,
    async needsMaintenance(repository) {
      const look = await lookAtPacks(database.kysely, repository);
      return look !== undefined && needsStoredMaintenance(look);
    },
    openMaintenance: (repository, signal) =>
      openStoredMaintenance({
        repository,
        database,
        views,
        storedObjects,
        cache,
        newFolder: staging,
        signal,
        log,
      }),
    async sweep() {
      await requireUsableCache(folder, newStagingName);
      for (const each of [viewFolder, stagingFolder])
        for (const name of await listFolder(each))
          if ((isOwn(name) && join(each, name) !== ownViews) || isCutOff(name))
            await rm(join(each, name), { recursive: true, force: true });
      await cache.sweep((name) => isOwn(name) || isCutOff(name));
      await cache.evict();
    },
    closeIdleViews: () => views.closeIdle(0),
    refreshFolder: views.refreshFolder,
    async close() {
      clearInterval(closingIdle);
      await views.close();
    },
  };
}

/** Rows alone decide: there is no folder that could be left behind. */
const NOTHING_TO_NOTE: RepositoryFolderIntent = {
  record: async () => undefined,
  async confirm() {},
  async discard() {},
};

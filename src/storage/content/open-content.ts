import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { cacheFolder } from "../../config/cache-folder.ts";
import type { Config, ObjectStoreSettings } from "../../config/config.ts";
import { downloadFolder } from "../../config/download-folder.ts";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { BlobStore } from "../blobs/blob-store.ts";
import { openDiskBlobStore } from "../blobs/disk-blob-store.ts";
import { DOWNLOAD_KIND } from "../blobs/download-blob-name.ts";
import { openStoredBlobStore } from "../blobs/stored-blob-store.ts";
import { requireOwnFolder } from "../data-folder/own-folder.ts";
import { openDatabaseKeys } from "../keys/database-keys.ts";
import { openFileKeys } from "../keys/file-keys.ts";
import type { Keys } from "../keys/keys.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import { type WatchedObjectStore, watchObjectStore } from "../object-store/watch-object-store.ts";
import { openDiskPackStore } from "../packs/disk-pack-store.ts";
import type { PackFolders, PackStore } from "../packs/pack-store.ts";
import { newStagingName } from "../packs/staging-names.ts";
import { dropCommitGraph } from "../packs/stored/drop-commit-graph.ts";
import { openStoredPackStore } from "../packs/stored/stored-pack-store.ts";
import type { Database } from "../sql/database.ts";
import type { TransactionDatabase } from "../sql/in-one-transaction.ts";
import { type ObjectCache, openObjectCache } from "../stored-objects/object-cache.ts";
import { openStoredObjects } from "../stored-objects/open-stored-objects.ts";
import type { StoredObjects } from "../stored-objects/stored-objects.ts";
import { openLateStore } from "./late-store.ts";
import { openLate } from "./open-late.ts";
import { HOW_TO_MOVE, requireOwnStore } from "./own-store.ts";

/** Who has given a command waits for it at a terminal. */
const LATE_ANSWER_MS_MAX = 15_000;

/** All that belongs to an installation beside its rows. */
export type Content = {
  readonly keys: Keys;
  readonly packs: PackStore;
  readonly packFolders: PackFolders | undefined;
  readonly downloads: BlobStore;
  readonly stored: StoredContent | undefined;
  close(): Promise<void>;
};

/** What there is with an object store alone. */
export type StoredContent = {
  readonly store: ObjectStore;
  readonly storeCounts: WatchedObjectStore["counts"];
  readonly objects: StoredObjects;
  readonly cache: ObjectCache;
  /** As `StoredPackStore` has it. */
  closeIdleViews(): Promise<void>;
  /** As `StoredPackStore` has it. */
  refreshFolder(gitDir: string): Promise<boolean>;
  /**
   * The same within a transaction, for what makes an installation in one: rows are those of the transaction, and whatever is
   * stored goes into the database with them, so that nothing is asked of the store meanwhile.
   */
  within(database: TransactionDatabase): ContentWithin;
  /** As the function of this name does. */
  dropCommitGraph(repository: Uuid): Promise<void>;
};

export type ContentWithin = Pick<Content, "packs" | "downloads" | "close">;

type ContentPorts = {
  readonly database: Database;
  /** Closes what is open in a repository's folder, before the folder is removed. */
  readonly forgetFolder: (gitDir: string) => void;
  readonly clock: () => Date;
  readonly newUuid: () => Uuid;
  /** For the restore itself. */
  readonly isRestoring: boolean;
  /** Whether the store and the keys are opened when they are first needed, and not at once. */
  readonly isStoreLate: boolean;
  /** Undefined: one that speaks S3. */
  readonly openObjectStore: ((settings: ObjectStoreSettings) => Promise<ObjectStore>) | undefined;
  readonly log: Logger;
};

/** In folders of the data folder, or in an object store with the data folder as a cache. */
export async function openContent(config: Config, ports: ContentPorts): Promise<Content> {
  return config.objectStore === undefined
    ? openFolderContent(config, ports)
    : openStoredContent(config, config.objectStore, ports);
}

async function openFolderContent(config: Config, { database, forgetFolder }: ContentPorts): Promise<Content> {
  if (database.dialect === "postgres")
    await requireOwnFolder(database, {
      dataFolder: config.dataFolder,
      repositories: repositoryFolder(config),
    });
  const packFolders = openDiskPackStore(repositoryFolder(config), { beforeRemoval: forgetFolder });
  return {
    keys: openFileKeys(join(config.dataFolder, "keys")),
    packs: packFolders,
    packFolders,
    downloads: openDiskBlobStore(downloadFolder(config)),
    stored: undefined,
    close: () => packFolders.close(),
  };
}

async function openStoredContent(
  config: Config,
  settings: ObjectStoreSettings,
  {
    database,
    forgetFolder,
    clock,
    newUuid,
    isRestoring,
    isStoreLate,
    openObjectStore = openS3,
    log,
  }: ContentPorts,
): Promise<Content> {
  requireCacheFolder(config);
  const watched = watchObjectStore(await openObjectStore(settings), log);
  const check = (answerMsMax?: number) =>
    requireOwnStore({ database, store: watched.store, newUuid, answerMsMax });
  const store = isStoreLate
    ? openLateStore(
        watched.store,
        openLate(() => check(LATE_ANSWER_MS_MAX)),
      )
    : watched.store;
  try {
    if (!isRestoring && !isStoreLate) await check();
  } catch (error) {
    store.close();
    throw error;
  }
  const folder = cacheFolder(config);
  const openOver = (rows: TransactionDatabase, inlineBytesMax?: number) => {
    const objects = openStoredObjects({
      database: rows,
      store,
      log,
      ...(inlineBytesMax === undefined ? {} : { inlineBytesMax }),
    });
    const cache = openObjectCache({
      folder: join(folder, "objects"),
      bytesMax: config.objectCacheBytesMax,
      store,
      database: rows,
      newName: newStagingName,
      closeIdleViews: () => packs.closeIdleViews(),
      clock,
      log,
    });
    const packs = openStoredPackStore({
      folder,
      database: rows,
      storedObjects: objects,
      cache,
      beforeRemoval: forgetFolder,
      log,
    });
    const downloads = openStoredBlobStore(
      { database: rows, objects, store, log },
      { kind: DOWNLOAD_KIND, folder: join(folder, "downloads") },
    );
    return { objects, cache, packs, downloads, close: packs.close };
  };
  const { objects, cache, packs, downloads } = openOver(database);
  const openKeys = () =>
    openDatabaseKeys(
      // What seals them must not lie beside them.
      { database, objects: openStoredObjects({ database, store, log, inlineBytesMax: 0 }), randomBytes, log },
      config,
    );
  return {
    keys: isStoreLate ? openLateKeys(openLate(openKeys)) : await openKeys(),
    packs,
    packFolders: undefined,
    downloads,
    stored: {
      store,
      storeCounts: watched.counts,
      objects,
      cache,
      closeIdleViews: packs.closeIdleViews,
      refreshFolder: packs.refreshFolder,
      within: (rows) => openOver(rows, Number.POSITIVE_INFINITY),
      dropCommitGraph: (repository) => dropCommitGraph(database, repository),
    },
    async close() {
      await packs.close();
      store.close();
    },
  };
}

function openLateKeys(open: () => Promise<Keys>): Keys {
  return {
    get: async (name) => (await open()).get(name),
    takeFiles: async (take) => (await open()).takeFiles(take),
  };
}

async function openS3(settings: ObjectStoreSettings): Promise<ObjectStore> {
  // Loaded only where it is configured: it would be a part of every command's start.
  const { openS3ObjectStore } = await import("../object-store/s3-object-store.ts");
  return openS3ObjectStore(settings);
}

/** @throws Failure unavailable if the data folder is of an installation whose repositories are folders. */
function requireCacheFolder(config: Config): void {
  if (existsSync(repositoryFolder(config)))
    throw new Failure(
      "unavailable",
      `Cannot use ${config.dataFolder} as a cache: it has the repositories of an installation without an object store (${HOW_TO_MOVE})`,
    );
}

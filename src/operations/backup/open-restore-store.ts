import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { Config, ObjectStoreSettings } from "../../config/config.ts";
import type { Secret } from "../../model/secret.ts";
import { claimStore, requireUnusedStore } from "../../storage/content/own-store.ts";
import { importKeys } from "../../storage/keys/import-keys.ts";
import type { KeyName } from "../../storage/keys/keys.ts";
import type { ObjectStore } from "../../storage/object-store/object-store.ts";
import { copyFileToPostgres, requireEmpty } from "../../storage/sql/copy-rows.ts";
import type { Database } from "../../storage/sql/database.ts";
import type { Installation } from "../../storage/sql/installation.ts";
import { openDatabase } from "../../storage/sql/open-database.ts";
import { condemnPending, deletePending } from "../../storage/sql/stored-objects/restored-objects.ts";
import { condemnUnknownObjects } from "../../storage/sql/stored-objects/unknown-objects.ts";
import { openStoredObjects } from "../../storage/stored-objects/open-stored-objects.ts";
import {
  OBJECT_PREFIX,
  parseObjectKey,
  type StoredObjects,
} from "../../storage/stored-objects/stored-objects.ts";

export type OpenObjectStore = (settings: ObjectStoreSettings) => Promise<ObjectStore>;

/** An empty database and an empty object store, that become an installation. */
export type RestoreStore = {
  readonly database: Database;
  readonly objects: StoredObjects;
  /** @throws Failure invalid-input if there is anything in them, but what a restore has left that was cut off. */
  requireEmpty(): Promise<void>;
  /** From here on no node opens them before `publishStore`. */
  claim(): Promise<void>;
  /** Writes the rows of a snapshot, in one transaction: all objects that it names have been uploaded. */
  writeRows(snapshot: string, objectsInStore: number): Promise<void>;
  writeKeys(texts: ReadonlyMap<KeyName, Secret>): Promise<void>;
  close(): Promise<void>;
};

export async function openRestoreStore(
  config: Config,
  settings: ObjectStoreSettings,
  log: Logger,
  openObjectStore: OpenObjectStore = openS3,
): Promise<RestoreStore> {
  const store = await openObjectStore(settings);
  let database: Database;
  try {
    database = await openDatabase(config.database);
  } catch (error) {
    store.close();
    throw error;
  }
  const objects = openStoredObjects({ database, store, log });
  let installation: Installation | undefined;

  return {
    database,
    objects,
    async requireEmpty() {
      await requireEmpty(database.kysely);
      await requireUnusedStore(store);
    },
    async claim() {
      installation = await claimStore(store);
      // What a restore has left that was cut off is deleted by the nodes.
      await condemnPending(database.kysely);
      for await (const page of store.list(OBJECT_PREFIX))
        await condemnUnknownObjects(
          database.kysely,
          page.map(({ key }) => parseObjectKey(key)).filter((name) => name !== undefined),
        );
    },
    async writeRows(snapshot, objectsInStore) {
      await copyFileToPostgres(snapshot, database, {
        installation: installation!,
        async begin(tx) {
          // They come again with their names. Nobody else can have condemned one: no node runs.
          const deleted = await deletePending(tx);
          if (deleted < objectsInStore)
            throw new Error(`${deleted} objects of ${objectsInStore} are pending`);
        },
      });
    },
    writeKeys: (texts) =>
      importKeys(
        {
          database,
          // What seals the keys must not lie beside them.
          objects: openStoredObjects({ database, store, log, inlineBytesMax: 0 }),
          randomBytes,
          log,
        },
        config,
        texts,
      ),
    async close() {
      await database.close();
      store.close();
    },
  };
}

async function openS3(settings: ObjectStoreSettings): Promise<ObjectStore> {
  const { openS3ObjectStore } = await import("../../storage/object-store/s3-object-store.ts");
  return openS3ObjectStore(settings);
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kysely } from "kysely";
import pino from "pino";
import type { Uuid } from "../../../src/model/uuid.ts";
import type { ObjectStore } from "../../../src/storage/object-store/object-store.ts";
import { openDiskPackStore } from "../../../src/storage/packs/disk-pack-store.ts";
import type { PackFolders, PackStore } from "../../../src/storage/packs/pack-store.ts";
import { newStagingName } from "../../../src/storage/packs/staging-names.ts";
import { openStoredPackStore } from "../../../src/storage/packs/stored/stored-pack-store.ts";
import { insertProject } from "../../../src/storage/sql/projects/projects.ts";
import {
  deleteRepositoryRow,
  findRepository,
  insertRepository,
} from "../../../src/storage/sql/repositories/repositories.ts";
import type { Schema } from "../../../src/storage/sql/schema.ts";
import { insertWorkspace } from "../../../src/storage/sql/workspaces/workspaces.ts";
import { openObjectCache } from "../../../src/storage/stored-objects/object-cache.ts";
import { openStoredObjects } from "../../../src/storage/stored-objects/open-stored-objects.ts";
import { openTestDatabase } from "../database/test-database.ts";
import { newUuid, sampleProject, sampleRepository, sampleWorkspace } from "../examples/sample-model.ts";
import { openMemoryObjectStore } from "../object-store/memory-object-store.ts";
import { storeIsMissing } from "../object-store/shared-store.ts";
import { openTestBucket } from "../object-store/test-bucket.ts";
import { openRemotePackStore } from "./remote-pack-store.ts";

/** A store of packs with what the rest of the product does beside it: rows come and go in transactions. */
export type PackStoreInContract = {
  readonly store: PackStore;
  /** The same, where repositories are folders. */
  readonly folders: PackFolders | undefined;
  transaction<T>(work: (tx: Kysely<Schema>) => Promise<T>): Promise<T>;
  /** Its row. In folders there is none. */
  insertRow(repository: Uuid): Promise<void>;
  deleteRow(repository: Uuid): Promise<void>;
  /** In bytes, as in its row. Undefined where it has none. */
  readSize(repository: Uuid): Promise<number | undefined>;
  /** The same installation as another node has it, with an empty disk. Undefined where there is no other. */
  openOnAnotherNode: (() => PackStore) | undefined;
  close(): Promise<void>;
};

export type PackStoreKind = {
  readonly name: string;
  /** Whether repositories are folders, which have more to them. */
  readonly isOfFolders: boolean;
  /** Why it cannot be tried on this machine. */
  readonly skip: string | false;
  open(): Promise<PackStoreInContract>;
};

/** Every kind of store that the contract holds for. */
export const PACK_STORE_KINDS: readonly PackStoreKind[] = [
  {
    name: "on disk",
    isOfFolders: true,
    skip: false,
    open: async () => inFolders((folder) => openDiskPackStore(folder)),
  },
  {
    name: "elsewhere",
    isOfFolders: true,
    skip: false,
    open: async () =>
      inFolders((folder) =>
        openRemotePackStore(openDiskPackStore(join(folder, "origin")), { folder, beforeRemoval: () => {} }),
      ),
  },
  {
    name: "in an object store in memory",
    isOfFolders: false,
    skip: false,
    open: () => inObjectStore(openMemoryObjectStore(), async () => {}),
  },
  {
    name: "in an object store",
    isOfFolders: false,
    skip: storeIsMissing,
    async open() {
      const bucket = await openTestBucket();
      return inObjectStore(await bucket.openStore(), () => bucket.close());
    },
  },
];

/** Folders need none. */
const NO_TRANSACTION = undefined as unknown as Kysely<Schema>;

function inFolders(open: (folder: string) => PackFolders): PackStoreInContract {
  const root = mkdtempSync(join(tmpdir(), "pail-stores-"));
  const store = open(root);
  return {
    store,
    folders: store,
    transaction: (work) => work(NO_TRANSACTION),
    async insertRow() {},
    async deleteRow() {},
    readSize: async () => undefined,
    openOnAnotherNode: undefined,
    async close() {
      await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function inObjectStore(
  objectStore: ObjectStore,
  removeStore: () => Promise<void>,
): Promise<PackStoreInContract> {
  const root = mkdtempSync(join(tmpdir(), "pail-stores-"));
  const { database, close } = await openTestDatabase("postgres");
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  await insertWorkspace(database.kysely, workspace);
  await insertProject(database.kysely, project);
  const log = pino({ level: "silent" });
  // So that both ways are taken: what the tests make is small.
  const storedObjects = openStoredObjects({ database, store: objectStore, log, inlineBytesMax: 600 });
  const opened: PackStore[] = [];
  const open = () => {
    const folder = join(root, newUuid());
    const cache = openObjectCache({
      folder: join(folder, "objects"),
      bytesMax: 1024 ** 3,
      store: objectStore,
      database,
      newName: newStagingName,
      closeIdleViews: async () => {},
      clock: () => new Date(),
      log,
    });
    const store = openStoredPackStore({
      folder,
      database,
      storedObjects,
      cache,
      beforeRemoval: () => {},
      log,
    });
    opened.push(store);
    return store;
  };
  return {
    store: open(),
    folders: undefined,
    transaction: (work) => database.transaction(work),
    insertRow: (uuid) =>
      database.transaction((tx) =>
        insertRepository(tx, sampleRepository(workspace, project, `r-${uuid.slice(0, 8)}`, { uuid })),
      ),
    async deleteRow(uuid) {
      await database.transaction((tx) => deleteRepositoryRow(tx, uuid));
    },
    readSize: async (uuid) => (await findRepository(database.kysely, undefined, { uuid }))?.sizeBytes,
    openOnAnotherNode: open,
    async close() {
      for (const store of opened) await store.close();
      await close();
      await removeStore();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

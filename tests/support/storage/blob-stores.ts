import type { Kysely } from "kysely";
import { pino } from "pino";
import type { Uuid } from "../../../src/model/uuid.ts";
import type { BlobStore } from "../../../src/storage/blobs/blob-store.ts";
import { openDiskBlobStore } from "../../../src/storage/blobs/disk-blob-store.ts";
import { openStoredBlobStore } from "../../../src/storage/blobs/stored-blob-store.ts";
import type { Database } from "../../../src/storage/sql/database.ts";
import { insertProject } from "../../../src/storage/sql/projects/projects.ts";
import { deleteRepositoryRow, insertRepository } from "../../../src/storage/sql/repositories/repositories.ts";
import type { Schema } from "../../../src/storage/sql/schema.ts";
import { insertWorkspace } from "../../../src/storage/sql/workspaces/workspaces.ts";
import { openStoredObjects } from "../../../src/storage/stored-objects/open-stored-objects.ts";
import { openTestDatabase } from "../database/test-database.ts";
import { newUuid, sampleProject, sampleRepository, sampleWorkspace } from "../examples/sample-model.ts";
import { openMemoryObjectStore } from "../object-store/memory-object-store.ts";
import { openTestBucket } from "../object-store/test-bucket.ts";
import { openMemoryBlobStore } from "./memory-blob-store.ts";

export type BlobStoreInTest = {
  readonly store: BlobStore;
  readonly database: Database;
  transaction<T>(work: (tx: Kysely<Schema>) => Promise<T>): Promise<T>;
  /** A repository with a row. */
  newOwner(): Promise<Uuid>;
  /** Deletes its row, and nothing of it in the store. */
  deleteOwner(uuid: Uuid): Promise<void>;
  close(): Promise<void>;
};

export const BLOB_STORES = ["disk", "memory", "an object store in memory", "an object store"] as const;
export type BlobStoreKind = (typeof BLOB_STORES)[number];

/** @param folder of its own. */
export async function openBlobStoreOf(kind: BlobStoreKind, folder: string): Promise<BlobStoreInTest> {
  const isStored = kind.startsWith("an object store");
  const { database, close } = await openTestDatabase(isStored ? "postgres" : "sqlite");
  const bucket = kind === "an object store" ? await openTestBucket() : undefined;
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  await insertWorkspace(database.kysely, workspace);
  await insertProject(database.kysely, project);
  return {
    store: await openStore(),
    database,
    transaction: (work) => database.transaction(work),
    async newOwner() {
      const repository = sampleRepository(workspace, project, newUuid());
      await insertRepository(database.kysely, repository);
      return repository.uuid;
    },
    deleteOwner: (uuid) => database.transaction(async (tx) => void (await deleteRepositoryRow(tx, uuid))),
    async close() {
      await bucket?.close();
      await close();
    },
  };

  async function openStore(): Promise<BlobStore> {
    if (kind === "disk") return openDiskBlobStore(folder);
    if (kind === "memory") return openMemoryBlobStore();
    const store = (await bucket?.openStore()) ?? openMemoryObjectStore();
    const log = pino({ level: "silent" });
    const objects = openStoredObjects({ database, store, log });
    return openStoredBlobStore({ database, objects, store, log }, { kind: "download", folder });
  }
}

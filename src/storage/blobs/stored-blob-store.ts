import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Logger } from "pino";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { makeFolders } from "../files/make-folders.ts";
import { unlessMissing } from "../files/unless-missing.ts";
import { NoSuchObjectError, type ObjectStore, type UploadSource } from "../object-store/object-store.ts";
import { isCutOff, isOwn, newStagingName } from "../packs/staging-names.ts";
import type { Database } from "../sql/database.ts";
import { addBlob, findBlob, listRepositoryBlobs, removeBlobs } from "../sql/stored-objects/blobs.ts";
import { ObjectCondemnedError } from "../sql/stored-objects/stored-objects.ts";
import { DamagedObjectError } from "../stored-objects/damaged-object-error.ts";
import { objectKey, type StoredObjects } from "../stored-objects/stored-objects.ts";
import type { BlobId, BlobStore } from "./blob-store.ts";
import type { DOWNLOAD_KIND } from "./download-blob-name.ts";
import { receiveFile } from "./receive-file.ts";

export type StoredBlobPorts = {
  readonly database: Pick<Database, "kysely">;
  readonly objects: StoredObjects;
  readonly store: Pick<ObjectStore, "url" | "findBytes">;
  readonly log: Logger;
};

export type StoredBlobSettings = {
  /** What these blobs are: their rows are told from others by it. */
  readonly kind: typeof DOWNLOAD_KIND;
  /** A folder of this server, for files that end with what they are used for. */
  readonly folder: string;
};

/**
 * Keeps blobs in an object store (small ones in the database), and a row for each. A blob comes and goes with its row,
 * in the transaction of the caller; its bytes are deleted by the sweep of the store.
 */
export function openStoredBlobStore(
  { database: { kysely }, objects, store, log }: StoredBlobPorts,
  { kind, folder }: StoredBlobSettings,
): BlobStore {
  const nameOf = ({ uuid }: Pick<BlobId, "uuid">) => `${kind}/${uuid}`;

  async function openBlob(blob: BlobId): Promise<Readable | undefined> {
    const place = await findBlob(kysely, nameOf(blob));
    if (place === undefined) return undefined;
    const noteLoss = (error: unknown) => {
      if (error instanceof DamagedObjectError || error instanceof NoSuchObjectError)
        log.error(
          { err: error, "object.name": place.name, "repository.uuid": blob.ownerUuid },
          "a file is damaged or missing in the object store",
        );
    };
    try {
      return (await objects.read(place)).once("error", noteLoss);
    } catch (error) {
      const isMissing = error instanceof NoSuchObjectError;
      // A row that is gone has been deleted meanwhile, and its object perhaps long since.
      if (isMissing && (await findBlob(kysely, nameOf(blob))) === undefined) return undefined;
      noteLoss(error);
      if (!isMissing) throw error;
      throw new Failure("unavailable", "the file is not in the object store", { reason: error.message });
    }
  }

  return {
    async put(blob, source, options) {
      const { sizeBytes, object } = await withTemporaryPath(folder, async (path) => {
        // Received whole before the upload begins: the signature of an upload does not outlive a slow client.
        const bytes = await receiveFile(source, createFile(path), options);
        return {
          sizeBytes: bytes,
          object: await objects.upload({ kind: "blob", source: uploadSource(path, bytes) }),
        };
      });
      return {
        sizeBytes,
        async record(tx) {
          try {
            await addBlob(tx, { name: nameOf(blob), repositoryUuid: blob.ownerUuid, object });
          } catch (error) {
            throw error instanceof ObjectCondemnedError ? tookTooLong(error) : error;
          }
        },
        async discard() {
          // It is condemned only if no transaction has named it. If the database cannot tell now, the sweep asks it
          // later.
          await objects.condemn(object).catch(() => {});
        },
      };
    },
    open: openBlob,
    async locate(blob) {
      const place = await findBlob(kysely, nameOf(blob));
      if (place === undefined) return { path: `${store.url} (${nameOf(blob)})`, found: undefined };
      const path = place.isInline ? `inline_object ${place.name}` : `${store.url}/${objectKey(place.name)}`;
      const sizeBytes = place.isInline ? place.bytes : await store.findBytes(objectKey(place.name));
      return { path, found: sizeBytes === undefined ? undefined : { sizeBytes, changedAt: place.namedAt } };
    },
    async withFile(blob, work) {
      const content = await openBlob(blob);
      if (content === undefined)
        throw Object.assign(new Error(`there is no blob ${nameOf(blob)}`), { code: "ENOENT" });
      return withTemporaryPath(folder, async (path) => {
        await pipeline(content, createFile(path));
        return work(path);
      });
    },
    release: (tx, blobs) => removeBlobs(tx, blobs.map(nameOf)),
    async delete() {},
    // `releaseObjectsOf` takes them, in the transaction that deletes the row of the owner.
    async deleteOwner() {},
    async list() {
      const rows = await listRepositoryBlobs(kysely, kind);
      return rows.map((row) => ({
        ownerUuid: row.repositoryUuid,
        uuid: row.name.slice(kind.length + 1) as Uuid,
      }));
    },
    // The row of a blob comes and goes with the row that refers to it, so nothing can be cut off in between.
    openIntent: async () => ({ async confirm() {} }),
    async sweep() {
      for (const name of (await unlessMissing(readdir(folder))) ?? [])
        if (isCutOff(name) || isOwn(name)) await rm(join(folder, name), { force: true });
    },
  };
}

/** A path at which a file can be written. It is removed at the end, or by the sweep of a later start. */
async function withTemporaryPath<T>(folder: string, work: (path: string) => Promise<T>): Promise<T> {
  await makeFolders(folder);
  const path = join(folder, newStagingName());
  try {
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}

function createFile(path: string): Writable {
  return createWriteStream(path, { flags: "wx", mode: 0o600 });
}

function uploadSource(path: string, bytes: number): UploadSource {
  return { bytes, open: (range) => createReadStream(path, range && { start: range.first, end: range.last }) };
}

function tookTooLong({ message }: ObjectCondemnedError): Failure {
  return new Failure("unavailable", "Cannot store the file: its upload took too long. Try again", {
    reason: message,
  });
}

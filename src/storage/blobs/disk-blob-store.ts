import { createWriteStream } from "node:fs";
import { open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Uuid } from "../../model/uuid.ts";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { syncFolder } from "../files/sync-folder.ts";
import type { BlobId, BlobStore } from "./blob-store.ts";
import { receiveFile } from "./receive-file.ts";

/**
 * One folder for all blobs, so that the next start finds what was cut off without walking through all folders. Earlier versions
 * named it.
 */
const STAGING_FOLDER = "unfinished";
const SEPARATOR = ".";

/** The path of a blob in the folder of a store, with slashes. */
export function blobPath({ ownerUuid, uuid }: BlobId): string {
  return `${ownerUuid.slice(0, 2)}/${ownerUuid}/${uuid}`;
}

/** Stores each blob as a file, in a folder of its owner below `folder`. */
export function openDiskBlobStore(folder: string): BlobStore {
  const staging = join(folder, STAGING_FOLDER);
  const pathOf = (blob: BlobId) => join(folder, blobPath(blob));
  const remove = (blob: BlobId) => rm(pathOf(blob), { force: true });

  return {
    async put(blob, source, options) {
      const path = pathOf(blob);
      const isNew = (await makeFolders(dirname(path))) !== undefined;
      await makeFolders(staging);
      const draft = join(staging, blob.uuid);
      try {
        const file = createWriteStream(draft, { flush: true, mode: 0o600 });
        const sizeBytes = await receiveFile(source, file, options);
        await rename(draft, path);
        const above = isNew ? [dirname(dirname(path)), folder, dirname(folder)] : [];
        for (const each of [dirname(path), ...above]) await syncFolder(each);
        return {
          sizeBytes,
          async record() {},
          async discard(outcome) {
            // The next start looks for the row.
            if (outcome === "rolled-back") await remove(blob);
          },
        };
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async open(blob) {
      try {
        const handle = await open(pathOf(blob), "r");
        return handle.createReadStream();
      } catch (error) {
        if (hasCode(error, "ENOENT")) return undefined;
        throw error;
      }
    },
    async locate(blob) {
      const path = pathOf(blob);
      try {
        const { size, mtime } = await stat(path);
        return { path, found: { sizeBytes: size, changedAt: mtime } };
      } catch (error) {
        if (hasCode(error, "ENOENT")) return { path, found: undefined };
        throw error;
      }
    },
    withFile: (blob, work) => work(pathOf(blob)),
    async release() {},
    delete: remove,
    deleteOwner: (ownerUuid) =>
      rm(join(folder, ownerUuid.slice(0, 2), ownerUuid), { recursive: true, force: true }),
    async list() {
      const blobs: BlobId[] = [];
      for (const shard of (await listFolder(folder)).filter((name) => name.length === 2))
        for (const ownerUuid of await listFolder(join(folder, shard)))
          for (const uuid of await listFolder(join(folder, shard, ownerUuid)))
            blobs.push({ ownerUuid: ownerUuid as Uuid, uuid: uuid as Uuid });
      return blobs;
    },
    async openIntent(blobs) {
      const marks = blobs.map(({ ownerUuid, uuid }) => join(staging, ownerUuid + SEPARATOR + uuid));
      if (marks.length > 0) {
        await makeFolders(staging);
        for (const mark of marks) await writeFile(mark, "");
        await syncFolder(staging);
      }
      return {
        async confirm() {
          for (const mark of marks) await rm(mark, { force: true });
        },
      };
    },
    async sweep(hasRow) {
      for (const name of await listFolder(staging)) {
        const blob = blobOfIntent(name);
        if (blob !== undefined && !(await hasRow(blob))) await remove(blob);
        await rm(join(staging, name), { recursive: true, force: true });
      }
    },
  };
}

function blobOfIntent(name: string): BlobId | undefined {
  const [ownerUuid, uuid] = name.split(SEPARATOR);
  return uuid === undefined ? undefined : { ownerUuid: ownerUuid as Uuid, uuid: uuid as Uuid };
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return [];
    throw error;
  }
}

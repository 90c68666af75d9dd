import { sep } from "node:path";
import type { Uuid } from "../../model/uuid.ts";
import type { BlobId } from "../../storage/blobs/blob-store.ts";
import { blobPath } from "../../storage/blobs/disk-blob-store.ts";
import { gitDirIn } from "../../storage/packs/repository-folders.ts";

/** Paths in a backup are those of a data folder, with slashes, wherever the content came from and is restored to. */

/** The path of the database, whichever kind of database it is a copy of. */
export const DATABASE_PATH = "pail.sqlite";

export function repositoryPath(repository: Uuid): string {
  return gitDirIn("repositories", repository).replaceAll(sep, "/");
}

/** @param ending of a file of a pack, or `graph`. */
export function packFilePath(repository: Uuid, name: string, ending: string): string {
  if (ending === "graph") return `${repositoryPath(repository)}/objects/info/commit-graph`;
  return `${repositoryPath(repository)}/objects/pack/pack-${name}.${ending}`;
}

export function downloadPath(blob: BlobId): string {
  return `downloads/${blobPath(blob)}`;
}

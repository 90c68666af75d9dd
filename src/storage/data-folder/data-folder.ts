import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { downloadFolder } from "../../config/download-folder.ts";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { Failure } from "../../model/failure.ts";
import { openDiskBlobStore } from "../blobs/disk-blob-store.ts";
import { listRepositoryFolders } from "../packs/repository-folders.ts";

/**
 * Exists in a data folder while `pail restore` is filling it: it is removed when everything has been copied and
 * checked.
 */
export const RESTORING_FOLDER = "restoring";

/** @throws Failure unavailable if a restore into the folder is running, or was cut off. */
export function requireRestored(dataFolder: string): void {
  if (!existsSync(join(dataFolder, RESTORING_FOLDER))) return;
  throw new Failure(
    "unavailable",
    `Cannot open ${dataFolder}: a restore into it has not come to its end. If none is running, run pail restore again`,
  );
}

/** Whether there are files to which a database must refer. */
export async function holdsContent({ dataFolder }: Pick<Config, "dataFolder">): Promise<boolean> {
  return (
    (await listRepositoryFolders(repositoryFolder({ dataFolder }))).length > 0 ||
    (await openDiskBlobStore(downloadFolder({ dataFolder })).list()).length > 0
  );
}

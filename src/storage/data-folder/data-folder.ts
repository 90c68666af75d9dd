import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { downloadFolder } from "../../config/download-folder.ts";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { Failure } from "../../model/failure.ts";
import { openDiskBlobStore } from "../blobs/disk-blob-store.ts";
import { listRepositoryFolders } from "../packs/repository-folders.ts";

/** In a data folder that `pail restore` is still filling: it goes when everything is there and has been looked at. */
export const RESTORING_FOLDER = "restoring";

/** @throws Failure unavailable if a restore into the folder is under way, or was cut off. */
export function requireRestored(dataFolder: string): void {
  if (!existsSync(join(dataFolder, RESTORING_FOLDER))) return;
  throw new Failure(
    "unavailable",
    `Cannot open ${dataFolder}: a restore into it has not come to its end. If none is running, run pail restore again`,
  );
}

/** Whether there is anything that a database must know of. */
export async function holdsContent({ dataFolder }: Pick<Config, "dataFolder">): Promise<boolean> {
  return (
    (await listRepositoryFolders(repositoryFolder({ dataFolder }))).length > 0 ||
    (await openDiskBlobStore(downloadFolder({ dataFolder })).list()).length > 0
  );
}

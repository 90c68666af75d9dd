import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import type { BackupStore } from "../../storage/backup/backup-store.ts";
import { hasCode } from "../../storage/files/has-code.ts";
import type { PackFolders } from "../../storage/packs/pack-store.ts";
import { createRepositoryFolder } from "../../storage/packs/repository-folders.ts";
import { createSnapshot, readSnapshot } from "../../storage/sql/snapshot.ts";
import { DATABASE_PATH, downloadPath, repositoryPath } from "./backup-paths.ts";
import { foldersOf } from "./folders-of.ts";
import type { TakenContent } from "./taken-content.ts";

type FolderPorts = Pick<Ports, "config" | "database" | "packFolders" | "downloads">;

/** A further round is needed only if a repository or a download was deleted during the last one. */
const ROUNDS_MAX = 5;

/**
 * Takes the packs of a data folder, then the database, then the packs again. The objects of a row are stored before the
 * row, so the second listing finds them. Objects that were dropped after the first listing, since no ref reaches them
 * any more, have been taken by then.
 *
 * @throws Failure unavailable
 */
export async function takeFolders(
  ports: FolderPorts,
  folder: string,
  store: BackupStore,
): Promise<TakenContent> {
  for (const repository of await foldersOf(ports).listRepositories())
    await isDoneUnlessMissing(() => keepRepository(foldersOf(ports), folder, repository, store));
  reachFaultPoint("backup.packs-taken");
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const database = await createSnapshot(ports.database, folder);
    reachFaultPoint("backup.snapshot-written");
    const content = readSnapshot(join(folder, database));
    const isWhole = await isDoneUnlessMissing(async () => {
      for (const repository of content.repositories)
        await keepRepository(foldersOf(ports), folder, repository, store);
      for (const { sizeBytes, repositoryUuid, fileUuid } of content.downloads) {
        const blob = { ownerUuid: repositoryUuid, uuid: fileUuid };
        await ports.downloads.withFile(blob, (from) =>
          store.keep(downloadPath(blob), from, (bytes) => bytes === sizeBytes),
        );
      }
    });
    if (isWhole) {
      await store.add(DATABASE_PATH, database);
      return { database, content };
    }
    // An object that a row of this snapshot needs was deleted meanwhile, after its row: the next snapshot does not have
    // the row.
    await rm(join(folder, database), { force: true });
  }
  throw new Failure(
    "unavailable",
    "Cannot back up: a repository or a download that has a row has no file (see pail fsck), or they are deleted faster than they can be copied",
  );
}

/** @returns false if a file or folder was deleted meanwhile. */
async function isDoneUnlessMissing(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function keepRepository(
  packs: PackFolders,
  folder: string,
  repository: Uuid,
  store: BackupStore,
): Promise<void> {
  const path = repositoryPath(repository);
  // So that plain git can read the packs of a backup too. A restore does not use this folder's files: it creates its
  // own.
  if (!existsSync(join(folder, path, "config"))) await createRepositoryFolder(join(folder, path));
  await packs.takeFiles(repository, {
    take: (file, from) => store.keep(`${path}/${file}`, from),
    drop: async (file) => store.forget(`${path}/${file}`),
  });
  reachFaultPoint("backup.repository-taken");
}

import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Config } from "../../config/config.ts";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { reachFaultPoint } from "../../fault-points.ts";
import type { Uuid } from "../../model/uuid.ts";
import { isDerived } from "../../storage/backup/backup-store.ts";
import { hasTrailer } from "../../storage/files/digest-file.ts";
import { hasCode } from "../../storage/files/has-code.ts";
import { syncFolder } from "../../storage/files/sync-folder.ts";
import { type LinkFile, takeFile } from "../../storage/packs/copy-packs.ts";
import { createRepositoryFolder, gitDirIn } from "../../storage/packs/repository-folders.ts";
import { copyFileToPostgres } from "../../storage/sql/copy-rows.ts";
import type { Database } from "../../storage/sql/database.ts";
import { type DatabaseSettings, openDatabase } from "../../storage/sql/open-database.ts";
import type { Finding } from "./finding.ts";
import type { BackupContent } from "./restore-to-store.ts";
import { findFileDamage, pathInBackup, type RestoredFile } from "./restored-file.ts";

type FolderContent = Omit<BackupContent, "scratch"> & { readonly repositories: readonly Uuid[] };

/**
 * Copies everything that a backup has into a data folder, and its database last.
 *
 * @returns the damage in the backup.
 */
export async function restoreToFolder(
  config: Config,
  { folder, files, draft, repositories }: FolderContent,
): Promise<readonly Finding[]> {
  const { dataFolder } = config;
  for (const repository of repositories)
    await createRepositoryFolder(gitDirIn(repositoryFolder(config), repository));
  const findings: Finding[] = [];
  const folders = new Set<string>();
  const placed = new Map<string, string>();
  for (const file of files) {
    findings.push(...(await restoreFile(folder, dataFolder, file, placed)));
    folders.add(dirname(join(dataFolder, file.path)));
  }
  for (const each of folders) await syncFolder(each);
  reachFaultPoint("restore.files-copied");
  if (config.database.kind === "sqlite") {
    await rename(draft, config.database.path);
    await syncFolder(dirname(config.database.path));
  } else await withDatabase(config.database, (database) => copyFileToPostgres(draft, database));
  return findings;
}

/**
 * A damaged file that git can rebuild is left out; of any other, as much is copied as can be read.
 *
 * @param placed files that are whole, by what they are: forks share packs by hard links.
 */
async function restoreFile(
  folder: string,
  dataFolder: string,
  file: RestoredFile,
  placed: Map<string, string>,
): Promise<readonly Finding[]> {
  const { path, sha256 } = file;
  const [from, to] = [pathInBackup(folder, file), join(dataFolder, path)];
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const content = hasTrailer(path) && sha256 !== undefined ? `${basename(path)} ${sha256}` : undefined;
  const same = content === undefined ? undefined : placed.get(content);
  if (same !== undefined) {
    await takeFile(same, to);
    return [];
  }
  try {
    await takeFile(from, to, refuseToLink);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  const damage = await findFileDamage(file, to, from);
  if (damage === undefined) {
    if (content !== undefined) placed.set(content, to);
    return [];
  }
  // A server creates a new key if there is none.
  if (isDerived(path) || path.startsWith("keys/")) await rm(to, { force: true });
  return [damage.finding];
}

export const refuseToLink: LinkFile = () =>
  Promise.reject(Object.assign(new Error("nothing is shared with a backup"), { code: "EXDEV" }));

export async function withDatabase(
  settings: DatabaseSettings,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const database = await openDatabase(settings);
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

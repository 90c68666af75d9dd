import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../../config/config.ts";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { Failure } from "../../model/failure.ts";
import { type AnyManifest, readManifest } from "../../storage/backup/backup-manifest.ts";
import { isOfBackups, LOCK_FILE } from "../../storage/backup/sweep-backup.ts";
import { isFolderWithin } from "../../storage/files/is-folder-within.ts";
import type { Keys } from "../../storage/keys/keys.ts";
import { type FileLock, type FileLockOutcome, takeFileLock } from "../../storage/processes/file-lock.ts";
import { errorCode } from "../../storage/sql/database-failure.ts";

/**
 * Locks a folder of backups for writing: until `release`, nobody else writes a backup there or restores one.
 *
 * @throws Failure invalid-input if the folder is not for this, unavailable if another process has locked it.
 */
export async function takeBackupFolder(
  config: Config,
  folder: string,
  source: string,
): Promise<{ readonly manifest: AnyManifest | undefined; readonly lock: FileLock }> {
  await requireApart(config, folder, "Cannot back up: the backup must lie outside of the data folder");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await requireOwn(folder, source);
  const lock = await lockFolder(folder, "Cannot back up");
  try {
    // Read again under the lock, since another backup may have ended meanwhile.
    return { manifest: await requireOwn(folder, source), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Prevents backups while one is restored. A read-only disk needs no lock, since nobody can write a backup there. */
export async function lockForRestore(folder: string): Promise<FileLock> {
  const isWritable = await access(folder, constants.W_OK).then(
    () => existsSync(join(folder, LOCK_FILE)),
    () => false,
  );
  return isWritable ? lockFolder(folder, "Cannot restore") : { release() {} };
}

async function lockFolder(folder: string, action: string): Promise<FileLock> {
  const path = join(folder, LOCK_FILE);
  let outcome: FileLockOutcome;
  try {
    outcome = await takeFileLock(path);
  } catch (error) {
    const reason = errorCode(error) ?? String(error);
    throw new Failure("unavailable", `${action}: ${path} cannot be locked`, { reason });
  }
  if (outcome.kind === "taken") return outcome.lock;
  const holder = outcome.processId === undefined ? "" : `: process ${outcome.processId}`;
  throw new Failure(
    "unavailable",
    `${action}: another backup or restore is at work in ${folder}${holder}. Try again when it has ended`,
  );
}

/**
 * @throws Failure invalid-input if one folder lies in the other. Parts of a data folder may be links to other disks.
 */
export async function requireApart(config: Config, folder: string, message: string): Promise<void> {
  const { dataFolder, database } = config;
  const parts = [
    dataFolder,
    repositoryFolder(config),
    ...["downloads", "keys"].map((name) => join(dataFolder, name)),
  ];
  if (database.kind === "sqlite") parts.push(dirname(database.path));
  for (const part of parts)
    if ((await isFolderWithin(part, folder)) || (await isFolderWithin(folder, part)))
      throw new Failure("invalid-input", message);
}

/**
 * A folder without a manifest is accepted if it has a lock and nothing that is not a backup's: a first backup was cut
 * off.
 */
async function requireOwn(folder: string, source: string): Promise<AnyManifest | undefined> {
  const manifest = await readManifest(folder);
  if (manifest !== undefined) {
    if (manifest.source === source) return manifest;
    throw new Failure("invalid-input", `Cannot back up: ${folder} is a backup of another data folder`);
  }
  const names = await readdir(folder);
  if (names.length === 0) return undefined;
  const isLocked = names.includes(LOCK_FILE) || names.includes("backup.lock");
  if (!isLocked || !names.every(isOfBackups))
    throw new Failure("invalid-input", `Cannot back up: ${folder} is not empty and no backup of Pail's`);
  return undefined;
}

/** Identifies a data folder, and reveals nothing about the key. */
export async function sourceOf(keys: Keys): Promise<string> {
  const rotation = await keys.get("rotation");
  return createHash("sha256").update(`pail-backup ${rotation.reveal()}`).digest("hex").slice(0, 32);
}

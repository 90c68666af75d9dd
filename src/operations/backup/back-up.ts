import { existsSync } from "node:fs";
import { join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { type AnyManifest, BACKUP_FORMAT, writeManifest } from "../../storage/backup/backup-manifest.ts";
import { type BackupStore, openBackupStore, type StoreOutcome } from "../../storage/backup/backup-store.ts";
import { publishGraphs } from "../../storage/backup/publish-graphs.ts";
import { sweepBackup } from "../../storage/backup/sweep-backup.ts";
import { sourceOf, takeBackupFolder } from "./backup-folder.ts";
import { repositoryPath } from "./backup-paths.ts";
import { takeFolders } from "./take-folders.ts";
import { takeStoredContent } from "./take-stored-content.ts";
import type { TakenContent } from "./taken-content.ts";

export type BackUpPorts = Pick<
  Ports,
  "config" | "keys" | "database" | "packFolders" | "downloads" | "stored" | "clock" | "log"
>;

export type BackUpOptions = {
  /** Whether files may be hard links into the data folder, if both are on the same disk. */
  readonly mayLink: boolean;
  /** Whether every file of the earlier backup is read, and not only the share that is due. */
  readonly isFull: boolean;
};

export type BackUpOutcome = StoreOutcome & {
  readonly repositories: number;
  readonly downloads: number;
};

/** After this many backups, each file has been read once. */
const READ_ROUNDS = 16;

/**
 * Backs an installation up into `folder`, beside running servers: the database at one moment, and all objects that its
 * rows need. What comes of it is the same for a data folder and for an object store. Files of an earlier backup are not copied again. If it is cut off at any point, the earlier backup is
 * still valid. docs/durability.md explains why this order makes the backup complete.
 *
 * @throws Failure unavailable if it cannot be done, with what can be done instead.
 */
export async function backUp(
  ports: BackUpPorts,
  folder: string,
  { mayLink, isFull }: BackUpOptions,
): Promise<BackUpOutcome> {
  const source = await sourceOf(ports.keys);
  const { manifest, lock } = await takeBackupFolder(ports.config, folder, source);
  try {
    await sweepLeft(ports, folder, manifest);
    reachFaultPoint("backup.swept");
    const run = manifest?.format === BACKUP_FORMAT ? manifest.run + 1 : 1;
    const store = openBackupStore(folder, {
      earlier: manifest?.format === BACKUP_FORMAT ? manifest.files : [],
      // From an object store there is nothing to link to but what the backup itself has brought.
      mayLink: mayLink || ports.stored !== undefined,
      isRead: ({ sha256 }) =>
        isFull || Number.parseInt(sha256.slice(0, 2), 16) % READ_ROUNDS === run % READ_ROUNDS,
    });
    await ports.keys.takeFiles((file, from) => store.keep(`keys/${file}`, from));
    const { database, content } = await takeContent(ports, folder, store);
    await store.sync();
    const files = store.files();
    const created_at = ports.clock().toISOString();
    await writeManifest(folder, {
      format: BACKUP_FORMAT,
      source,
      created_at,
      run,
      database,
      rows: content.rows,
      files,
    });
    await publishGraphs(folder, files);
    await sweepUnlisted(folder, new Set(files.map(({ stored }) => stored)), content.repositories);
    const { repositories, downloads } = content;
    return { repositories: repositories.length, downloads: downloads.length, ...store.outcome() };
  } finally {
    lock.release();
  }
}

function takeContent(ports: BackUpPorts, folder: string, store: BackupStore): Promise<TakenContent> {
  const { stored } = ports;
  return stored === undefined
    ? takeFolders(ports, folder, store)
    : takeStoredContent({ ...ports, stored }, folder, store);
}

/**
 * Removes what backups that were cut off have left, to free its space. Files that the data folder still has stay, so
 * that the next backup need not copy them again. A backup of an earlier version does not list its files, so all of them
 * stay.
 */
async function sweepLeft(
  { config, stored }: BackUpPorts,
  folder: string,
  manifest: AnyManifest | undefined,
): Promise<void> {
  const listed = new Set(
    manifest?.format === BACKUP_FORMAT ? manifest.files.map(({ stored }) => stored) : [],
  );
  const isOfEarlierVersion = manifest?.format === 1;
  await sweepBackup(folder, (path) => {
    if (path === manifest?.database || listed.has(path)) return true;
    if (!path.includes("/")) return false;
    // Of what lies in an object store, nothing is known of a file yet.
    return isOfEarlierVersion || stored !== undefined || existsSync(join(config.dataFolder, path));
  });
}

/** Removes files that only earlier backups needed. */
async function sweepUnlisted(
  folder: string,
  listed: ReadonlySet<string>,
  repositories: readonly Uuid[],
): Promise<void> {
  const own = new Set(repositories.map(repositoryPath));
  // The files that plain git needs to read a repository stay too.
  await sweepBackup(folder, (path) => {
    if (listed.has(path)) return true;
    const [, repository, inside] = /^(.*\.git)\/(HEAD|config|objects\/info\/commit-graph)$/.exec(path) ?? [];
    return repository !== undefined && inside !== undefined && own.has(repository);
  });
}

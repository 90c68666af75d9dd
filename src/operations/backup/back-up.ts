import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Config } from "../../config/config.ts";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { type AnyManifest, BACKUP_FORMAT, writeManifest } from "../../storage/backup/backup-manifest.ts";
import { type BackupStore, openBackupStore, type StoreOutcome } from "../../storage/backup/backup-store.ts";
import { publishGraphs } from "../../storage/backup/publish-graphs.ts";
import { sweepBackup } from "../../storage/backup/sweep-backup.ts";
import { blobPath } from "../../storage/blobs/disk-blob-store.ts";
import { hasCode } from "../../storage/files/has-code.ts";
import type { PackFolders } from "../../storage/packs/pack-store.ts";
import { createRepositoryFolder, gitDirIn } from "../../storage/packs/repository-folders.ts";
import { createSnapshot, readSnapshot, type SnapshotContent } from "../../storage/sql/snapshot.ts";
import { sourceOf, takeBackupFolder } from "./backup-folder.ts";
import { foldersOf } from "./folders-of.ts";

export type BackUpPorts = Pick<Ports, "config" | "keys" | "database" | "packFolders" | "downloads" | "clock">;

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

/** A further round is needed only if a repository or a download was deleted during the last one. */
const ROUNDS_MAX = 5;

/** After this many backups, each file has been read once. */
const READ_ROUNDS = 16;

/** The path of the database in a data folder, whichever kind of database it is a copy of. */
export const DATABASE_PATH = "pail.sqlite";

/**
 * Backs a data folder up into `folder`, beside a running server: the database at one moment, and all objects that its
 * rows need. Files of an earlier backup are not copied again. If it is cut off at any point, the earlier backup is
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
    await sweepLeft(ports.config, folder, manifest);
    reachFaultPoint("backup.swept");
    const run = manifest?.format === BACKUP_FORMAT ? manifest.run + 1 : 1;
    const store = openBackupStore(folder, {
      earlier: manifest?.format === BACKUP_FORMAT ? manifest.files : [],
      mayLink,
      isRead: ({ sha256 }) =>
        isFull || Number.parseInt(sha256.slice(0, 2), 16) % READ_ROUNDS === run % READ_ROUNDS,
    });
    await ports.keys.takeFiles((file, from) => store.keep(`keys/${file}`, from));
    const { database, content } = await takeRounds(ports, folder, store);
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

/**
 * Removes what backups that were cut off have left, to free its space. Files that the data folder still has stay, so
 * that the next backup need not copy them again. A backup of an earlier version does not list its files, so all of them
 * stay.
 */
async function sweepLeft(config: Config, folder: string, manifest: AnyManifest | undefined): Promise<void> {
  const listed = new Set(
    manifest?.format === BACKUP_FORMAT ? manifest.files.map(({ stored }) => stored) : [],
  );
  const isOfEarlierVersion = manifest?.format === 1;
  await sweepBackup(folder, (path) => {
    if (path === manifest?.database || listed.has(path)) return true;
    return path.includes("/") && (isOfEarlierVersion || existsSync(join(config.dataFolder, path)));
  });
}

/** Removes files that only earlier backups needed. */
async function sweepUnlisted(
  folder: string,
  listed: ReadonlySet<string>,
  repositories: readonly Uuid[],
): Promise<void> {
  const own = new Set(repositories.map(pathOfRepository));
  // The files that plain git needs to read a repository stay too.
  await sweepBackup(folder, (path) => {
    if (listed.has(path)) return true;
    const [, repository, inside] = /^(.*\.git)\/(HEAD|config|objects\/info\/commit-graph)$/.exec(path) ?? [];
    return repository !== undefined && inside !== undefined && own.has(repository);
  });
}

/**
 * Takes the packs, then the database, then the packs again. The objects of a row are stored before the row, so the
 * second listing finds them. Objects that were dropped after the first listing, since no ref reaches them any more,
 * have been taken by then.
 */
async function takeRounds(
  ports: BackUpPorts,
  folder: string,
  store: BackupStore,
): Promise<{ readonly database: string; readonly content: SnapshotContent }> {
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
          store.keep(`downloads/${blobPath(blob)}`, from, (bytes) => bytes === sizeBytes),
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
  const path = pathOfRepository(repository);
  // So that plain git can read the packs of a backup too. A restore does not use this folder's files: it creates its
  // own.
  if (!existsSync(join(folder, path, "config"))) await createRepositoryFolder(join(folder, path));
  await packs.takeFiles(repository, {
    take: (file, from) => store.keep(`${path}/${file}`, from),
    drop: async (file) => store.forget(`${path}/${file}`),
  });
  reachFaultPoint("backup.repository-taken");
}

function pathOfRepository(repository: Uuid): string {
  return withSlashes(gitDirIn("repositories", repository));
}

function withSlashes(path: string): string {
  return path.replaceAll(sep, "/");
}

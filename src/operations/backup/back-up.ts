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
import type { PackStore } from "../../storage/packs/pack-store.ts";
import { createRepositoryFolder, gitDirIn } from "../../storage/packs/repository-folders.ts";
import { createSnapshot, readSnapshot, type SnapshotContent } from "../../storage/sql/snapshot.ts";
import { sourceOf, takeBackupFolder } from "./backup-folder.ts";

export type BackUpPorts = Pick<Ports, "config" | "keys" | "database" | "packs" | "downloads" | "clock">;

export type BackUpOptions = {
  /** Whether files may be shared with the data folder as hard links, where the disk is the same. */
  readonly mayLink: boolean;
  /** Whether every file of the earlier backup is read, and not only the share whose turn it is. */
  readonly isFull: boolean;
};

export type BackUpOutcome = StoreOutcome & {
  readonly repositories: number;
  readonly downloads: number;
};

/** Each round but the last has met the deletion of a repository or a download. */
const ROUNDS_MAX = 5;

/** So many backups, and each file has been read once. */
const READ_ROUNDS = 16;

/** The place of the database in a data folder, whichever kind of database it is a copy of. */
export const DATABASE_PATH = "pail.sqlite";

/**
 * Backs a data folder up into `folder`, beside a running server: the database of one moment, and all objects that its rows
 * name. What is there from an earlier backup is not copied again. Ended at any point, it leaves the earlier backup as good as
 * it was. docs/durability.md tells why the order makes it whole.
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
 * Removes what backups that were cut off have left, so that it takes no room: but what the data folder still has, which the
 * next one need not copy again. Of a backup of an earlier version nothing says what belongs to it: all of its files may.
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

/** Removes what only earlier backups needed. */
async function sweepUnlisted(
  folder: string,
  listed: ReadonlySet<string>,
  repositories: readonly Uuid[],
): Promise<void> {
  const own = new Set(repositories.map(pathOfRepository));
  // What makes a repository one that plain git reads.
  await sweepBackup(folder, (path) => {
    if (listed.has(path)) return true;
    const [, repository, inside] = /^(.*\.git)\/(HEAD|config|objects\/info\/commit-graph)$/.exec(path) ?? [];
    return repository !== undefined && inside !== undefined && own.has(repository);
  });
}

/**
 * Packs, then the database, then packs again: what a row names was there before the row, so the second look finds it; and
 * what was there at the first look and has been dropped since, since no ref reaches it any more, has been taken.
 */
async function takeRounds(
  ports: BackUpPorts,
  folder: string,
  store: BackupStore,
): Promise<{ readonly database: string; readonly content: SnapshotContent }> {
  for (const repository of await ports.packs.listRepositories())
    await unlessGone(() => keepRepository(ports.packs, folder, repository, store));
  reachFaultPoint("backup.packs-taken");
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const database = await createSnapshot(ports.database, folder);
    reachFaultPoint("backup.snapshot-written");
    const content = readSnapshot(join(folder, database));
    const isWhole = await unlessGone(async () => {
      for (const repository of content.repositories)
        await keepRepository(ports.packs, folder, repository, store);
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
    // What a row of this snapshot names was deleted meanwhile, row first: the next snapshot does not know it.
    await rm(join(folder, database), { force: true });
  }
  throw new Failure(
    "unavailable",
    "Cannot back up: a repository or a download that has a row has no file (see pail fsck), or they are deleted faster than they can be copied",
  );
}

/** @returns false if a file or folder has gone meanwhile. */
async function unlessGone(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function keepRepository(
  packs: PackStore,
  folder: string,
  repository: Uuid,
  store: BackupStore,
): Promise<void> {
  const path = pathOfRepository(repository);
  // So that plain git reads a backup's packs too. A restore makes its own.
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

import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import type { Keys } from "../../config/keys.ts";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { BACKUP_FORMAT, readManifest, writeManifest } from "../../storage/backup/backup-manifest.ts";
import { type FileKeeper, openFileKeeper } from "../../storage/backup/keep-file.ts";
import { listDownloadFiles, pathOfDownload } from "../../storage/downloads/disk-downloads.ts";
import { hasCode } from "../../storage/has-code.ts";
import { isRunning } from "../../storage/is-running.ts";
import { copyPacks } from "../../storage/packs/copy-packs.ts";
import {
  createRepositoryFolder,
  gitDirIn,
  listRepositoryFolders,
} from "../../storage/packs/disk-pack-store.ts";
import { readSnapshot, type SnapshotContent, writeSnapshot } from "../../storage/sql/snapshot.ts";
import { syncFolder } from "../../storage/sync-folder.ts";

export type BackUpPorts = Pick<Ports, "config" | "keys" | "database" | "clock">;

export type BackUpOptions = {
  /** Whether files may be shared with the data folder as hard links, where the disk is the same. */
  readonly mayLink: boolean;
};

export type BackUpOutcome = {
  readonly repositories: number;
  readonly downloads: number;
  /** What was not there from an earlier backup. */
  readonly newFiles: number;
  readonly newBytes: number;
};

/** Each round but the last has met the deletion of a repository or a download. */
const ROUNDS_MAX = 5;

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
  { mayLink }: BackUpOptions,
): Promise<BackUpOutcome> {
  requireApart(ports.config.dataFolder, folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const source = sourceOf(ports.keys);
  await requireBackupFolder(folder, source);
  const release = await takeFolder(folder);
  try {
    await writeFirstManifest(ports, folder, source);
    const keeper = openFileKeeper(join(folder, "unfinished"), { mayLink });
    const kept = new KeptPacks();
    await keepKeys(ports.config, folder, keeper);
    const { database, content } = await takeRounds(ports, folder, keeper, kept);
    await writeManifest(folder, {
      format: BACKUP_FORMAT,
      source,
      created_at: ports.clock().toISOString(),
      database,
      rows: content.rows,
    });
    await prune(folder, database, content, kept);
    const { files, bytes } = keeper.taken();
    const { repositories, downloads } = content;
    return {
      repositories: repositories.length,
      downloads: downloads.length,
      newFiles: files,
      newBytes: bytes,
    };
  } finally {
    await release();
  }
}

function requireApart(dataFolder: string, folder: string): void {
  const isWithin = (outer: string, inner: string) => !relative(outer, resolve(inner)).startsWith("..");
  if (isWithin(dataFolder, folder) || isWithin(resolve(folder), dataFolder))
    throw new Failure("invalid-input", "Cannot back up: the backup must lie outside of the data folder");
}

/** Tells data folders apart, and nothing about the key. */
function sourceOf({ rotation }: Keys): string {
  return createHash("sha256").update(`pail-backup ${rotation.reveal()}`).digest("hex").slice(0, 32);
}

const LOCK_FILE = "backup.lock";

async function requireBackupFolder(folder: string, source: string): Promise<void> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) {
    if ((await readdir(folder)).some((name) => name !== LOCK_FILE))
      throw new Failure("invalid-input", `Cannot back up: ${folder} is not empty and no backup of Pail's`);
    return;
  }
  if (manifest.format !== BACKUP_FORMAT)
    throw new Failure("unavailable", `Cannot back up: ${folder} is a backup of another version of Pail`);
  if (manifest.source !== source)
    throw new Failure("invalid-input", `Cannot back up: ${folder} is a backup of another data folder`);
}

/** Keeps a second backup out. A lock whose process has gone is taken over. */
async function takeFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_FILE);
  try {
    await writeFile(path, String(process.pid), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const owner = Number.parseInt(await readFile(path, "utf8"), 10);
    if (isRunning(owner))
      throw new Failure("unavailable", `Cannot back up: process ${owner} is writing a backup into ${folder}`);
    await writeFile(path, String(process.pid), { mode: 0o600 });
  }
  return () => rm(path, { force: true });
}

/** From here on the folder is known for a backup, also if this one is cut off. */
async function writeFirstManifest({ clock }: BackUpPorts, folder: string, source: string): Promise<void> {
  if ((await readManifest(folder)) !== undefined) return;
  const created_at = clock().toISOString();
  await writeManifest(folder, { format: BACKUP_FORMAT, source, created_at, database: null, rows: {} });
}

async function keepKeys({ dataFolder }: Config, folder: string, keeper: FileKeeper): Promise<void> {
  for (const name of await readdir(join(dataFolder, "keys")))
    await keeper.keep(join(dataFolder, "keys", name), join(folder, "keys", name));
  await syncFolder(join(folder, "keys"));
}

/** The packs of each repository that this backup must keep: all that were seen. */
class KeptPacks {
  readonly #names = new Map<Uuid, Set<string>>();

  add(repository: Uuid, names: ReadonlySet<string>): void {
    this.#names.set(repository, new Set([...this.of(repository), ...names]));
  }

  of(repository: Uuid): ReadonlySet<string> {
    return this.#names.get(repository) ?? new Set();
  }
}

/**
 * Packs, then the database, then packs again: what a row names was there before the row, so the second look finds it; and
 * what was there at the first look and has been dropped since, since no ref reaches it any more, has been taken.
 */
async function takeRounds(
  ports: BackUpPorts,
  folder: string,
  keeper: FileKeeper,
  kept: KeptPacks,
): Promise<{ readonly database: string; readonly content: SnapshotContent }> {
  for (const repository of await listRepositoryFolders(repositoryFolder(ports.config)))
    await unlessGone(() => keepRepository(ports.config, folder, repository, keeper, kept));
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const database = `pail-${randomUUID()}.sqlite`;
    await writeSnapshot(ports.database, join(folder, database));
    const content = readSnapshot(join(folder, database));
    const isWhole = await unlessGone(async () => {
      for (const repository of content.repositories)
        await keepRepository(ports.config, folder, repository, keeper, kept);
      for (const file of content.downloads)
        await keeper.keep(pathOfDownload(ports.config.dataFolder, file), pathOfDownload(folder, file));
    });
    if (isWhole) {
      for (const { repositoryUuid } of content.downloads)
        await syncFolder(dirname(pathOfDownload(folder, { repositoryUuid, fileUuid: repositoryUuid })));
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

const COMMIT_GRAPH = join("objects", "info", "commit-graph");

/** The commit graph before the packs: it names no commit then that is not in them. */
async function keepRepository(
  config: Config,
  folder: string,
  repository: Uuid,
  keeper: FileKeeper,
  kept: KeptPacks,
): Promise<void> {
  const from = gitDirIn(repositoryFolder(config), repository);
  const to = gitDirIn(repositoryFolder({ dataFolder: folder }), repository);
  await createRepositoryFolder(to);
  await unlessGone(() => keeper.replace(join(from, COMMIT_GRAPH), join(to, COMMIT_GRAPH)));
  kept.add(
    repository,
    await copyPacks(join(from, "objects", "pack"), join(to, "objects", "pack"), keeper.keep),
  );
  await syncFolder(join(to, "objects", "pack"));
}

/** Removes what only the earlier backup needed, now that it is the earlier one. */
async function prune(
  folder: string,
  database: string,
  { repositories, downloads }: SnapshotContent,
  kept: KeptPacks,
): Promise<void> {
  const root = repositoryFolder({ dataFolder: folder });
  const known = new Set(repositories);
  for (const repository of await listRepositoryFolders(root)) {
    const gitDir = gitDirIn(root, repository);
    if (known.has(repository)) await prunePacks(join(gitDir, "objects", "pack"), kept.of(repository));
    else await rm(gitDir, { recursive: true, force: true });
  }
  const files = new Set(downloads.map((file) => file.fileUuid));
  for (const file of await listDownloadFiles(folder))
    if (!files.has(file.fileUuid)) await rm(pathOfDownload(folder, file), { force: true });
  for (const name of await readdir(folder))
    if (name.startsWith("pail-") && name !== database) await rm(join(folder, name), { force: true });
  await rm(join(folder, "unfinished"), { recursive: true, force: true });
}

async function prunePacks(folder: string, kept: ReadonlySet<string>): Promise<void> {
  // The index first: without it git takes a pack for none.
  const names = (await readdir(folder)).sort(
    (a, b) => Number(b.endsWith(".idx")) - Number(a.endsWith(".idx")),
  );
  for (const name of names)
    if (!kept.has(name.slice(0, name.lastIndexOf(".")))) await rm(join(folder, name), { force: true });
}

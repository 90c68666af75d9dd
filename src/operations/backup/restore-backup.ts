import { chmod, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "../../config/config.ts";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import { type AnyManifest, BACKUP_FORMAT, readManifest } from "../../storage/backup/backup-manifest.ts";
import { isContent } from "../../storage/backup/backup-store.ts";
import { listUnlistedFiles } from "../../storage/backup/unlisted-files.ts";
import { publishStore } from "../../storage/content/own-store.ts";
import { RESTORING_FOLDER } from "../../storage/data-folder/data-folder.ts";
import { hasCode } from "../../storage/files/has-code.ts";
import { makeFolders } from "../../storage/files/make-folders.ts";
import { syncFolder } from "../../storage/files/sync-folder.ts";
import { unlessMissing } from "../../storage/files/unless-missing.ts";
import type { ObjectStore } from "../../storage/object-store/object-store.ts";
import { takeFile } from "../../storage/packs/copy-packs.ts";
import { requireEmpty } from "../../storage/sql/copy-rows.ts";
import { readSnapshot } from "../../storage/sql/snapshot.ts";
import { lockForRestore, requireApart } from "./backup-folder.ts";
import { DATABASE_PATH } from "./backup-paths.ts";
import type { Finding } from "./finding.ts";
import { type OpenObjectStore, openRestoreStore, type RestoreStore } from "./open-restore-store.ts";
import { refuseToLink, restoreToFolder, withDatabase } from "./restore-to-folder.ts";
import { restoreToStore } from "./restore-to-store.ts";
import type { RestoredFile } from "./restored-file.ts";

export type RestoreOutcome = {
  /** When the backup was made. */
  readonly createdAt: string;
  /** Numbers of rows, by table, as counted when the backup was made, and the same now. */
  readonly rows: Readonly<Record<string, number>>;
  /** Damage in the backup. */
  readonly findings: readonly Finding[];
};

/**
 * Creates an installation from a backup, whichever kind the backup was made of: a data folder, into which every file is copied
 * (never linked), or an object store, into which everything is uploaded. Each file is compared with the backup's manifest. No
 * command opens it until `publishRestored`, so that a restore that was cut off is not taken for an installation. The database
 * comes last: either the file is renamed, or PostgreSQL gets all rows in one transaction. Whether all objects exist is checked
 * by `checkData`.
 *
 * @throws Failure invalid-input if there is anything in the data folder, the PostgreSQL database or the object store;
 * unavailable if the folder is not a backup, or its database is damaged.
 */
export async function restoreBackup(
  config: Config,
  folder: string,
  log: Logger,
  openObjectStore?: OpenObjectStore,
): Promise<RestoreOutcome> {
  await requireApart(config, folder, "Cannot restore: the new data folder and the backup must lie apart");
  const lock = await lockForRestore(folder);
  let store: RestoreStore | undefined;
  try {
    const { objectStore } = config;
    if (objectStore !== undefined) store = await openRestoreStore(config, objectStore, log, openObjectStore);
    return await restoreLocked(config, folder, store);
  } finally {
    await store?.close();
    lock.release();
  }
}

async function restoreLocked(
  config: Config,
  folder: string,
  store: RestoreStore | undefined,
): Promise<RestoreOutcome> {
  const { dataFolder } = config;
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new Failure("unavailable", `Cannot restore: there is no backup in ${folder}`);
  if (manifest.database === null)
    throw new Failure("unavailable", `Cannot restore: the backup in ${folder} has never come to its end`);
  const wasCutOff = await requireUnused(config);
  if (store !== undefined) await store.requireEmpty();
  else if (config.database.kind === "postgres")
    await withDatabase(config.database, ({ kysely }) => requireEmpty(kysely));
  const restoring = join(dataFolder, RESTORING_FOLDER);
  await makeFolders(restoring);
  for (const each of [dataFolder, dirname(dataFolder)]) await syncFolder(each);
  if (wasCutOff) await clearCutOff(dataFolder);
  reachFaultPoint("restore.begun");

  const draft = join(restoring, manifest.database);
  await takeFile(join(folder, manifest.database), draft, refuseToLink).catch(explainMissingDatabase(folder));
  await requireSameDatabase(manifest, draft);
  const { rows, repositories } = readSnapshot(draft);
  requireSameRows(manifest.rows, rows);
  await store?.claim();
  const files = await listFiles(folder, manifest);
  await chmod(draft, 0o600);
  const findings =
    store === undefined
      ? await restoreToFolder(config, { folder, files, draft, repositories })
      : await restoreToStore(store, { folder, files, draft, scratch: restoring });
  reachFaultPoint("restore.database-made");
  return { createdAt: manifest.created_at, rows, findings };
}

/** From here on the data folder can be opened, or the object store, by whichever node. */
export async function publishRestored({ dataFolder }: Config, store: ObjectStore | undefined): Promise<void> {
  if (store !== undefined) await publishStore(store);
  await rm(join(dataFolder, RESTORING_FOLDER), { recursive: true });
  await syncFolder(dataFolder);
}

/** What a data folder has, and a node's cache has not. */
const CONTENT_FOLDERS = ["keys", "repositories", "downloads"];

/** @returns whether an earlier restore into the data folder was cut off. It is started again from the beginning. */
async function requireUnused({ dataFolder, objectStore }: Config): Promise<boolean> {
  const names = (await unlessMissing(readdir(dataFolder))) ?? [];
  const wasCutOff = names.includes(RESTORING_FOLDER) && !names.includes(DATABASE_PATH);
  const isFree =
    objectStore === undefined
      ? names.length === 0
      : [...CONTENT_FOLDERS, DATABASE_PATH].every((name) => !names.includes(name));
  if (!wasCutOff && !isFree)
    throw new Failure(
      "invalid-input",
      `Cannot restore: ${dataFolder} is not empty. Restore into a new folder, or remove this one first if it was made by a restore that was cut off`,
    );
  return wasCutOff;
}

async function clearCutOff(dataFolder: string): Promise<void> {
  for (const name of CONTENT_FOLDERS) await rm(join(dataFolder, name), { recursive: true, force: true });
  for (const name of await readdir(join(dataFolder, RESTORING_FOLDER)))
    await rm(join(dataFolder, RESTORING_FOLDER, name), { recursive: true, force: true });
}

async function listFiles(folder: string, manifest: AnyManifest): Promise<readonly RestoredFile[]> {
  const files: readonly RestoredFile[] =
    manifest.format === BACKUP_FORMAT ? manifest.files : await listUnlistedFiles(folder);
  return files.filter(({ path }) => path !== DATABASE_PATH);
}

async function requireSameDatabase(manifest: AnyManifest, draft: string): Promise<void> {
  if (manifest.format !== BACKUP_FORMAT) return;
  const listed = manifest.files.find(({ path }) => path === DATABASE_PATH);
  if (listed !== undefined && !(await isContent(draft, listed)))
    throw new Failure(
      "unavailable",
      `Cannot restore: ${manifest.database} in the backup is damaged: put it back from another copy of the backup, or restore an older one`,
    );
}

function explainMissingDatabase(folder: string) {
  return (error: unknown): never => {
    if (hasCode(error, "ENOENT"))
      throw new Failure("unavailable", `Cannot restore: the database of the backup in ${folder} is missing`);
    throw error;
  };
}

function requireSameRows(
  wanted: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): void {
  const tables = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  const wrong = [...tables].filter((table) => wanted[table] !== found[table]);
  if (wrong.length === 0) return;
  const told = wrong.map(
    (table) => `${table}: ${found[table] ?? "none"} in place of ${wanted[table] ?? "none"}`,
  );
  throw new Failure("unavailable", `Cannot restore: rows are missing from the database: ${told.join(", ")}`);
}

import { chmod, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../../config/config.ts";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import {
  type AnyManifest,
  BACKUP_FORMAT,
  readManifest,
  type StoredFile,
} from "../../storage/backup/backup-manifest.ts";
import { isContent, isDerived } from "../../storage/backup/backup-store.ts";
import { listUnlistedFiles } from "../../storage/backup/unlisted-files.ts";
import { RESTORING_FOLDER } from "../../storage/data-folder/data-folder.ts";
import { digestFile, hasTrailer } from "../../storage/files/digest-file.ts";
import { hasCode } from "../../storage/files/has-code.ts";
import { makeFolders } from "../../storage/files/make-folders.ts";
import { syncFolder } from "../../storage/files/sync-folder.ts";
import { type LinkFile, takeFile } from "../../storage/packs/copy-packs.ts";
import { createRepositoryFolder, gitDirIn } from "../../storage/packs/repository-folders.ts";
import { copyFileToPostgres, requireEmpty } from "../../storage/sql/copy-rows.ts";
import type { Database } from "../../storage/sql/database.ts";
import { type DatabaseSettings, openDatabase } from "../../storage/sql/open-database.ts";
import { readSnapshot } from "../../storage/sql/snapshot.ts";
import { DATABASE_PATH } from "./back-up.ts";
import { lockForRestore, requireApart } from "./backup-folder.ts";
import type { Finding } from "./finding.ts";

export type RestoreOutcome = {
  /** When the backup was made. */
  readonly createdAt: string;
  /** Numbers of rows, by table, as counted when the backup was made, and the same now. */
  readonly rows: Readonly<Record<string, number>>;
  /** Damage in the backup. */
  readonly findings: readonly Finding[];
};

/**
 * Creates a data folder from a backup: every file is copied (never linked) and compared with the backup's manifest. No
 * command opens the folder until `publishRestored`, so that a restore that was cut off is not taken for a data folder.
 * The database comes last: either the file is renamed, or PostgreSQL gets all rows in one transaction, whichever of the
 * two the backup was made of. Whether all objects exist is checked by `checkData`.
 *
 * @throws Failure invalid-input if there is anything in the data folder or the PostgreSQL database; unavailable if the
 * folder is not a backup, or its database is damaged.
 */
export async function restoreBackup(config: Config, folder: string): Promise<RestoreOutcome> {
  await requireApart(config, folder, "Cannot restore: the new data folder and the backup must lie apart");
  const lock = await lockForRestore(folder);
  try {
    return await restoreLocked(config, folder);
  } finally {
    lock.release();
  }
}

async function restoreLocked(config: Config, folder: string): Promise<RestoreOutcome> {
  const { dataFolder } = config;
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new Failure("unavailable", `Cannot restore: there is no backup in ${folder}`);
  if (manifest.database === null)
    throw new Failure("unavailable", `Cannot restore: the backup in ${folder} has never come to its end`);
  const wasCutOff = await requireUnused(config);
  if (config.database.kind === "postgres")
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
  for (const repository of repositories)
    await createRepositoryFolder(gitDirIn(repositoryFolder(config), repository));
  const findings: Finding[] = [];
  const folders = new Set<string>();
  for (const file of await listFiles(folder, manifest)) {
    findings.push(...(await restoreFile(folder, dataFolder, file)));
    folders.add(dirname(join(dataFolder, file.path)));
  }
  for (const each of folders) await syncFolder(each);
  reachFaultPoint("restore.files-copied");
  await chmod(draft, 0o600);
  if (config.database.kind === "sqlite") {
    await rename(draft, config.database.path);
    await syncFolder(dirname(config.database.path));
  } else await withDatabase(config.database, (database) => copyFileToPostgres(draft, database));
  reachFaultPoint("restore.database-made");
  return { createdAt: manifest.created_at, rows, findings };
}

/** From here on the data folder can be opened. */
export async function publishRestored({ dataFolder }: Config): Promise<void> {
  await rm(join(dataFolder, RESTORING_FOLDER), { recursive: true });
  await syncFolder(dataFolder);
}

/** @returns whether an earlier restore into the data folder was cut off. It is started again from the beginning. */
async function requireUnused({ dataFolder }: Config): Promise<boolean> {
  const names = await listIfThere(dataFolder);
  if (names.length === 0) return false;
  if (!names.includes(RESTORING_FOLDER) || names.includes(DATABASE_PATH))
    throw new Failure(
      "invalid-input",
      `Cannot restore: ${dataFolder} is not empty. Restore into a new folder, or remove this one first if it was made by a restore that was cut off`,
    );
  return true;
}

async function clearCutOff(dataFolder: string): Promise<void> {
  for (const name of ["keys", "repositories", "downloads"])
    await rm(join(dataFolder, name), { recursive: true, force: true });
  for (const name of await readdir(join(dataFolder, RESTORING_FOLDER)))
    await rm(join(dataFolder, RESTORING_FOLDER, name), { recursive: true, force: true });
}

type RestoredFile = Pick<StoredFile, "path" | "stored"> & Partial<StoredFile>;

async function listFiles(folder: string, manifest: AnyManifest): Promise<readonly RestoredFile[]> {
  const files: readonly RestoredFile[] =
    manifest.format === BACKUP_FORMAT ? manifest.files : await listUnlistedFiles(folder);
  return files.filter(({ path }) => path !== DATABASE_PATH);
}

/** A damaged file that git can rebuild is left out; of any other, as much is copied as can be read. */
async function restoreFile(
  folder: string,
  dataFolder: string,
  { path, stored, bytes, sha256 }: RestoredFile,
): Promise<readonly Finding[]> {
  const [from, to] = [join(folder, stored), join(dataFolder, path)];
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await takeFile(from, to, refuseToLink);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    return [damaged(from, path, "the file is missing")];
  }
  const found = await digestFile(to);
  const isRight =
    sha256 === undefined
      ? !hasTrailer(path) || found.isTrailerRight
      : found.bytes === bytes && found.sha256 === sha256;
  if (isRight) return [];
  // A server creates a new key if there is none.
  if (isDerived(path) || path.startsWith("keys/")) await rm(to);
  if (found.bytes !== (bytes ?? found.bytes))
    return [damaged(from, path, `the file has ${found.bytes} bytes in place of ${bytes}`)];
  return [damaged(from, path, "the file does not have the content that was backed up")];
}

function damaged(from: string, path: string, detail: string): Finding {
  const isHarmless = isDerived(path);
  return {
    kind: "damaged-backup",
    isHarmless,
    repository: undefined,
    path: from,
    detail,
    remedy: isHarmless
      ? "nothing: it was left out, and is made anew"
      : "if the data folder that was backed up is still there, run pail backup again and restore that; else put the file back from another copy of the backup, and restore again",
  };
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

const refuseToLink: LinkFile = () =>
  Promise.reject(Object.assign(new Error("nothing is shared with a backup"), { code: "EXDEV" }));

async function withDatabase(
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

async function listIfThere(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

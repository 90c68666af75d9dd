import { chmod, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../../config/config.ts";
import { repositoryFolder } from "../../config/repository-folder.ts";
import { Failure } from "../../model/failure.ts";
import { BACKUP_FORMAT, readManifest } from "../../storage/backup/backup-manifest.ts";
import { type FileKeeper, openFileKeeper } from "../../storage/backup/keep-file.ts";
import { pathOfDownload } from "../../storage/downloads/disk-downloads.ts";
import { hasCode } from "../../storage/has-code.ts";
import { copyPacks } from "../../storage/packs/copy-packs.ts";
import { createRepositoryFolder, gitDirIn } from "../../storage/packs/disk-pack-store.ts";
import { copyFileToPostgres, requireEmpty } from "../../storage/sql/copy-rows.ts";
import { type Database, type DatabaseSettings, openDatabase } from "../../storage/sql/open-database.ts";
import { readSnapshot } from "../../storage/sql/snapshot.ts";
import { syncFolder } from "../../storage/sync-folder.ts";

export type RestoreOutcome = {
  /** When the backup was made. */
  readonly createdAt: string;
  /** Numbers of rows, by table, as they were counted when the backup was made and found again now. */
  readonly rows: Readonly<Record<string, number>>;
};

/**
 * Makes a data folder of a backup: copies that share nothing with it. The database comes last, so that a folder that is cut
 * off in the making is not taken for a data folder: the file gets its name, or PostgreSQL gets all rows in one transaction,
 * whichever of the two the backup was made of. Whether all its objects are there is for `checkData` to say.
 *
 * @throws Failure invalid-input if there is anything in the data folder or the PostgreSQL database, unavailable if the backup is none, or not whole.
 */
export async function restoreBackup(config: Config, folder: string): Promise<RestoreOutcome> {
  const { dataFolder } = config;
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new Failure("unavailable", `Cannot restore: there is no backup in ${folder}`);
  if (manifest.format !== BACKUP_FORMAT)
    throw new Failure("unavailable", `Cannot restore: ${folder} is a backup of another version of Pail`);
  if (manifest.database === null)
    throw new Failure("unavailable", `Cannot restore: the backup in ${folder} has never come to its end`);
  if ((await listIfThere(dataFolder)).length > 0)
    throw new Failure("invalid-input", `Cannot restore: ${dataFolder} is not empty`);
  if (config.database.kind === "postgres")
    await withDatabase(config.database, ({ kysely }) => requireEmpty(kysely));
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const unfinished = join(dataFolder, "restoring");
  const keeper = openFileKeeper(unfinished, { mayLink: false });
  for (const name of await readdir(join(folder, "keys")))
    await keeper.keep(join(folder, "keys", name), join(dataFolder, "keys", name));
  await syncFolder(join(dataFolder, "keys"));
  const draft = join(unfinished, manifest.database);
  await keeper.keep(join(folder, manifest.database), draft);
  const { rows, repositories, downloads } = readSnapshot(draft);
  requireSameRows(manifest.rows, rows);
  for (const repository of repositories)
    await restoreRepository(
      gitDirIn(repositoryFolder({ dataFolder: folder }), repository),
      gitDirIn(repositoryFolder(config), repository),
      keeper,
    );
  for (const file of downloads) {
    const to = pathOfDownload(dataFolder, file);
    await keeper.keep(pathOfDownload(folder, file), to);
    await syncFolder(dirname(to));
  }
  await chmod(draft, 0o600);
  if (config.database.kind === "sqlite") await rename(draft, config.database.path);
  else await withDatabase(config.database, (database) => copyFileToPostgres(draft, database));
  await rm(unfinished, { recursive: true, force: true });
  await syncFolder(dataFolder);
  return { createdAt: manifest.created_at, rows };
}

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

async function restoreRepository(from: string, to: string, keeper: FileKeeper): Promise<void> {
  await createRepositoryFolder(to);
  const graph = join("objects", "info", "commit-graph");
  await keeper.keep(join(from, graph), join(to, graph)).catch((error: unknown) => {
    if (!hasCode(error, "ENOENT")) throw error;
  });
  await copyPacks(join(from, "objects", "pack"), join(to, "objects", "pack"), keeper.keep);
  await syncFolder(join(to, "objects", "pack"));
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

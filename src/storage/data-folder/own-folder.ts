import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { hasCode } from "../files/has-code.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { gitDirIn, listRepositoryFolders } from "../packs/repository-folders.ts";
import type { Database } from "../sql/database.ts";
import { isReadOnlyFailure } from "../sql/database-failure.ts";
import { adoptInstallationId, findInstallationId } from "../sql/installation.ts";
import { listOldestRepositories } from "../sql/repositories/repositories.ts";

/** Lies in the data folder. The database has the same id. */
export const INSTALLATION_FILE = "installation-id";
/** The number of repositories to look for in the folder, if folder and database have no id yet. */
const SAMPLE_SIZE = 20;

type Folders = { readonly dataFolder: string; readonly repositories: string };

/**
 * Makes sure that a data folder belongs to its database: rows refer to files, so each is of use only with the other. A
 * new pair, or one of a version without ids, gets an id.
 *
 * @throws Failure unavailable if the folder belongs to another database.
 */
export async function requireOwnFolder(database: Database, folders: Folders): Promise<void> {
  const known = await findInstallationId(database.kysely);
  const inFolder = await readId(folders.dataFolder);
  if (known === undefined) await adoptPair(database, folders, inFolder);
  else if (known !== inFolder) throw foreign(folders, inFolder, known);
}

/** The id is written to the folder first, so that a database with an id never finds its own folder without one. */
async function adoptPair(database: Database, folders: Folders, inFolder: string | undefined): Promise<void> {
  await requireLikely(database, folders, inFolder);
  const id = inFolder ?? (await writeId(folders.dataFolder));
  try {
    const known = await adoptInstallationId(database.kysely, id);
    if (known === id) return;
    // Another process was faster, with another folder.
    if (inFolder === undefined) await rm(join(folders.dataFolder, INSTALLATION_FILE), { force: true });
    throw foreign(folders, inFolder, known);
  } catch (error) {
    // The next start that can write stores the id.
    if (!isReadOnlyFailure(error)) throw error;
  }
}

/** For a pair of an earlier version, which has no id: the folder must have the repositories of the database. */
async function requireLikely(
  { kysely }: Database,
  { dataFolder, repositories }: Folders,
  inFolder: string | undefined,
): Promise<void> {
  const oldest = await listOldestRepositories(kysely, SAMPLE_SIZE);
  if (oldest.length > 0 && !oldest.some((uuid) => existsSync(gitDirIn(repositories, uuid))))
    throw new Failure(
      "unavailable",
      `Cannot open the database: the data folder ${dataFolder} belongs to another one: it has none of the repositories`,
    );
  if (oldest.length === 0 && inFolder !== undefined && (await listRepositoryFolders(repositories)).length > 0)
    throw new Failure(
      "unavailable",
      `Cannot open the database: it is empty, and the data folder ${dataFolder} has repositories: it belongs to another one`,
    );
}

function foreign({ dataFolder }: Folders, inFolder: string | undefined, known: string): Failure {
  const file = join(dataFolder, INSTALLATION_FILE);
  const found = inFolder === undefined ? `there is no ${file}` : `${file} says ${inFolder}`;
  return new Failure(
    "unavailable",
    `Cannot open the database: the data folder ${dataFolder} does not belong to it: ${found}, the database ${known} (if you know that it does, write the database's into the file)`,
  );
}

async function readId(dataFolder: string): Promise<string | undefined> {
  try {
    const text = (await readFile(join(dataFolder, INSTALLATION_FILE), "utf8")).trim();
    return text === "" ? undefined : text;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** If several processes start at once, one writes the id and the others read it. */
async function writeId(dataFolder: string): Promise<string> {
  const path = join(dataFolder, INSTALLATION_FILE);
  const id = randomUUID();
  try {
    await writeFile(path, `${id}\n`, { flag: "wx", mode: 0o600, flush: true });
    await syncFolder(dataFolder);
    return id;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  const found = await readId(dataFolder);
  if (found !== undefined) return found;
  // The file was cut off while it was being written.
  await writeFile(path, `${id}\n`, { flush: true });
  return id;
}

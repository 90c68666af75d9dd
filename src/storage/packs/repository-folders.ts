import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BranchName } from "../../model/ref-name.ts";
import { BRANCH_PREFIX } from "../../model/ref-name.ts";
import type { Uuid } from "../../model/uuid.ts";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { syncFolder } from "../files/sync-folder.ts";

/** What a bare repository needs so that plain git can read it. No hooks: code of a user must never run here. */
export const CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";

/** The path of a repository in a folder of repositories. */
export function gitDirIn(folder: string, repository: Uuid): string {
  return join(folder, repository.slice(0, 2), `${repository}.git`);
}

/** The repositories that have a folder, judged by the folders' names alone. */
export async function listRepositoryFolders(folder: string): Promise<readonly Uuid[]> {
  const found: Uuid[] = [];
  for (const shard of (await listFolder(folder)).filter((name) => name.length === 2))
    for (const name of await listFolder(join(folder, shard)))
      if (name.endsWith(".git")) found.push(name.slice(0, -".git".length) as Uuid);
  return found;
}

/** Creates a bare repository without objects, which plain git can read. */
export async function createRepositoryFolder(gitDir: string): Promise<void> {
  await makeFolders(join(gitDir, "objects", "pack"));
  await makeFolders(join(gitDir, "objects", "info"));
  await makeFolders(join(gitDir, "refs"));
  await writeFile(join(gitDir, "config"), CONFIG, { flush: true });
  await writeFile(join(gitDir, "HEAD"), headFile(undefined), { flush: true });
  // A folder that may be new has an entry in its parent, so the parents are synced too.
  for (const folder of [join(gitDir, "objects"), gitDir, dirname(gitDir), dirname(dirname(gitDir))])
    await syncFolder(folder);
}

export function headFile(head: BranchName | undefined): string {
  return `ref: ${BRANCH_PREFIX}${head ?? "main"}\n`;
}

/** The names in a folder; none if it does not exist. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return [];
    throw error;
  }
}

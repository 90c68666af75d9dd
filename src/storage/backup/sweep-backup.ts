import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { hasCode } from "../files/has-code.ts";
import { DRAFT_FOLDER } from "./backup-store.ts";

/** Folders that a data folder has too. */
const CONTENT_FOLDERS = ["keys", "repositories", "downloads"];
/**
 * Snapshots of the database, with SQLite's own files beside them; manifests that were not finished; the lock of earlier
 * versions.
 */
const OWN_FILES = /^(?:pail-[^/]*\.sqlite(?:-[a-z]+)?|[0-9a-f-]{36}\.json|backup\.lock)$/;

/** The file that is locked. It is never removed: see `takeFileLock`. */
export const LOCK_FILE = "lock";

/** Whether a file or folder with this name may have been created by a backup. */
export function isOfBackups(name: string): boolean {
  return (
    name === LOCK_FILE ||
    name === `${LOCK_FILE}-holder` ||
    name === DRAFT_FOLDER ||
    CONTENT_FOLDERS.includes(name) ||
    OWN_FILES.test(name)
  );
}

/**
 * Removes the files of backups for which `isKept` is false, by their paths with slashes, and folders that are then
 * empty. Only the owner of the lock may call this. Files that no backup creates are left alone.
 */
export async function sweepBackup(
  folder: string,
  isKept: (path: string) => boolean | Promise<boolean>,
): Promise<void> {
  await rm(join(folder, DRAFT_FOLDER), { recursive: true, force: true });
  for (const name of await readdir(folder))
    if (OWN_FILES.test(name) && !(await isKept(name))) await rm(join(folder, name), { force: true });
  for (const content of CONTENT_FOLDERS) {
    const emptied = new Set<string>();
    for (const path of await listFiles(join(folder, content))) {
      if (await isKept(relative(folder, path).replaceAll(sep, "/"))) continue;
      await rm(path, { force: true });
      emptied.add(dirname(path));
    }
    for (const each of emptied) await removeEmpty(each, join(folder, content));
  }
}

async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    // The index is removed before its pack: without an index, git ignores a pack.
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort((a, b) => Number(b.endsWith(".idx")) - Number(a.endsWith(".idx")));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let each = folder; each !== root; each = dirname(each)) {
    try {
      await rmdir(each);
    } catch (error) {
      if (hasCode(error, "ENOENT")) continue;
      return;
    }
  }
}

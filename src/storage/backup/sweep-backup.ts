import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { hasCode } from "../files/has-code.ts";
import { DRAFT_FOLDER } from "./backup-store.ts";

/** Of files that belong to a data folder. */
const CONTENT_FOLDERS = ["keys", "repositories", "downloads"];
/** A snapshot of the database, with what SQLite has beside it; a manifest that was not finished; the lock of earlier versions. */
const OWN_FILES = /^(?:pail-[^/]*\.sqlite(?:-[a-z]+)?|[0-9a-f-]{36}\.json|backup\.lock)$/;

/** The file that the lock is on. It stays: see `takeFileLock`. */
export const LOCK_FILE = "lock";

/** Whether a backup may have made a file or folder of this name in its folder. */
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
 * Removes what backups have left in their folder and `isKept` does not want, by its path with slashes, and folders that are
 * empty then. For whoever has the lock. What no backup makes is let be.
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
    // An index goes before its pack: without it git takes the pack for none.
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

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./has-code.ts";

/** Only for the server's own account. */
const FOLDER_MODE = 0o700;

/**
 * Creates a folder and its missing parents. Node's own `recursive` reports ENOENT on a read-only disk, which elsewhere
 * means that a repository was deleted.
 *
 * @returns the first folder that was created; undefined if all existed.
 * @throws Error EROFS, ENOSPC and so on, as the system reports it.
 */
export async function makeFolders(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
    return path;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return undefined;
    if (!hasCode(error, "ENOENT") || dirname(path) === path) throw error;
  }
  const first = await makeFolders(dirname(path));
  return (await makeFolders(path)) === undefined ? first : (first ?? path);
}

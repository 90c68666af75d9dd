import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./has-code.ts";

/** For the server's own account alone. */
const FOLDER_MODE = 0o700;

/**
 * Makes a folder, and those above it that are missing. Node's own way to do so calls it ENOENT if the disk can only be read,
 * which elsewhere means that a repository is gone.
 *
 * @returns the first that was made; undefined if all were there.
 * @throws Error EROFS, ENOSPC and so on, as the system has it.
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

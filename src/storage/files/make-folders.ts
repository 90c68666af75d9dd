import { lstat, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "../../model/failure.ts";
import { hasCode } from "./has-code.ts";
import { unlessMissing } from "./unless-missing.ts";

/** Only for the server's own account. */
const FOLDER_MODE = 0o700;

/**
 * Creates a folder and its missing parents. Node's own `recursive` reports ENOENT on a read-only disk, which elsewhere
 * means that a repository was deleted.
 *
 * @returns the first folder that was created; undefined if all existed.
 * @throws Failure unavailable if something else is in the place of one: a file, or a link to a folder that is not there.
 * @throws Error EROFS, ENOSPC and so on, as the system reports it.
 */
export async function makeFolders(path: string): Promise<string | undefined> {
  try {
    return (await makeFolder(path)) ? path : undefined;
  } catch (error) {
    if (!hasCode(error, "ENOENT") || dirname(path) === path) throw error;
  }
  const first = await makeFolders(dirname(path));
  // Once more, and no further: parents that are removed again and again would be created for ever.
  return (await makeFolder(path)) ? (first ?? path) : first;
}

/** @returns false if it is there already. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) {
      await requireFolder(path);
      return false;
    }
    if (hasCode(error, "ENOTDIR")) await requireFolder(dirname(path));
    throw error;
  }
}

/** Looks at what is there already, from the top. @throws Failure unavailable if it is no folder. */
async function requireFolder(path: string): Promise<void> {
  try {
    const found = await unlessMissing(stat(path));
    if (found?.isDirectory()) return;
    if (found !== undefined) throw inTheWay(`${path} is not a folder`);
  } catch (error) {
    if (!hasCode(error, "ENOTDIR") || dirname(path) === path) throw error;
    await requireFolder(dirname(path));
    throw error;
  }
  // What has been removed meanwhile is missed by whoever needs it.
  const link = await unlessMissing(lstat(path));
  if (link?.isSymbolicLink()) throw inTheWay(`${path} is a link to a folder that is not there`);
}

function inTheWay(reason: string): Failure {
  return new Failure(
    "unavailable",
    "Cannot create a folder on the server's disk: something is in its place",
    {
      reason,
    },
  );
}

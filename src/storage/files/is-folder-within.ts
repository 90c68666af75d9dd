import { readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { hasCode } from "./has-code.ts";

/**
 * Whether `inner` is `outer` or lies in it, under any name: symbolic links are followed, and a folder that is mounted
 * twice is the same folder. Neither needs to exist.
 */
export async function isFolderWithin(outer: string, inner: string): Promise<boolean> {
  const wanted = await identify(await realPathOf(outer));
  if (wanted === undefined) return false;
  for (let folder = await realPathOf(inner); ; folder = dirname(folder)) {
    if ((await identify(folder)) === wanted) return true;
    if (folder === dirname(folder)) return false;
  }
}

async function identify(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

/** Like `realpath`, but also for a path that does not exist yet: its first existing parent is resolved. */
async function realPathOf(path: string): Promise<string> {
  const full = resolve(path);
  try {
    return await realpath(full);
  } catch (error) {
    if (!hasCode(error, "ENOENT") || dirname(full) === full) throw error;
  }
  // A link to a missing target leads to where the target would be.
  const target = await readlink(full).catch(() => undefined);
  if (target !== undefined) return realPathOf(resolve(dirname(full), target));
  return join(await realPathOf(dirname(full)), basename(full));
}

import { readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { hasCode } from "./has-code.ts";

/**
 * Whether `inner` is `outer` or lies in it, by whatever names they are called: symbolic links are followed, and a folder that
 * is mounted in two places is the same one. Either need not be there yet.
 */
export async function isWithin(outer: string, inner: string): Promise<boolean> {
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

/** As `realpath`, for what is not there yet: of the first folder above it that is there. */
async function realPathOf(path: string): Promise<string> {
  const full = resolve(path);
  try {
    return await realpath(full);
  } catch (error) {
    if (!hasCode(error, "ENOENT") || dirname(full) === full) throw error;
  }
  // A link to what is not there yet leads to where it would be.
  const target = await readlink(full).catch(() => undefined);
  if (target !== undefined) return realPathOf(resolve(dirname(full), target));
  return join(await realPathOf(dirname(full)), basename(full));
}

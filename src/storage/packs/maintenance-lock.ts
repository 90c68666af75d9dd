import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type FileLock, takeFileLock } from "../file-lock.ts";

const LOCK = "maintenance-lock";
/** There while a repository is maintained, for whoever looks. It is no lock: one that was left by a killed server keeps nobody out. */
const NOTE = "maintenance.lock";
/** A git process that has outlived its server, or works for a command beside it, writes more often than this. */
const LEFT_MS = 10 * 60_000;

/**
 * Takes the lock for the maintenance of a repository, also against other processes; the system gives it back when its process
 * ends. What git was writing for whoever had it before is removed.
 *
 * @returns undefined if somebody else has it.
 */
export async function takeMaintenanceLock(gitDir: string): Promise<FileLock | undefined> {
  const outcome = await takeFileLock(join(gitDir, LOCK), join(gitDir, NOTE));
  if (outcome.kind === "held") return undefined;
  try {
    await removeLeftovers(gitDir);
    return outcome.lock;
  } catch (error) {
    outcome.lock.release();
    throw error;
  }
}

/** What a git that was killed leaves: half packs take room, and a lock on the commit graph keeps it from being renewed. */
async function removeLeftovers(gitDir: string): Promise<void> {
  const packs = join(gitDir, "objects", "pack");
  const info = join(gitDir, "objects", "info");
  const paths = [
    ...(await readdir(packs)).filter((name) => /^\.?tmp[-_]/.test(name)).map((name) => join(packs, name)),
    ...(await readdir(info)).filter((name) => /^tmp_|\.lock$/.test(name)).map((name) => join(info, name)),
  ];
  for (const path of paths) if (await isLeft(path)) await rm(path, { force: true });
}

/** What was written in the future was written by a clock that was ahead, and not just now. */
async function isLeft(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) > LEFT_MS;
}

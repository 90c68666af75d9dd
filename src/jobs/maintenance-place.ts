import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../storage/has-code.ts";
import { isRunning } from "../storage/is-running.ts";

/** Longer than any repack takes: an owner that still runs is another process that has got its number. */
const STALE_PLACE_MS = 6 * 3_600_000;
/** A git process that has outlived its server writes more often than this. */
const LEFT_MS = 10 * 60_000;

/**
 * Takes the one place for maintenance of a repository, also against other processes. A mark whose owner has gone is taken
 * over after some time, and what git was writing for that owner is removed.
 *
 * @returns undefined if somebody else has it; else what gives it back.
 */
export async function takeMaintenancePlace(gitDir: string): Promise<(() => Promise<void>) | undefined> {
  const path = join(gitDir, "maintenance.lock");
  const take = async () => {
    await writeFile(path, String(process.pid), { flag: "wx" });
    return () => rm(path, { force: true });
  };
  try {
    return await take();
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  if (!(await isLeft(path))) return undefined;
  await removeLeftovers(gitDir);
  await rm(path, { force: true });
  // Another process may have been quicker.
  return take().catch(() => undefined);
}

async function isLeft(path: string): Promise<boolean> {
  const age = await ageMs(path);
  if (age < LEFT_MS) return false;
  const owner = Number.parseInt(await readFile(path, "utf8").catch(() => ""), 10);
  // Numbers are given again: soon, in a container. This process has not made a mark before it began.
  const isOwn = owner === process.pid && age < process.uptime() * 1_000;
  const isAlive = owner === process.pid ? isOwn : Number.isInteger(owner) && isRunning(owner);
  return !isAlive || age > STALE_PLACE_MS;
}

/** What a git that was killed leaves: half packs take room, and a lock on the commit graph keeps it from being renewed. */
async function removeLeftovers(gitDir: string): Promise<void> {
  const packs = join(gitDir, "objects", "pack");
  const info = join(gitDir, "objects", "info");
  const paths = [
    ...(await readdir(packs)).filter((name) => /^\.?tmp[-_]/.test(name)).map((name) => join(packs, name)),
    ...(await readdir(info)).filter((name) => /^tmp_|\.lock$/.test(name)).map((name) => join(info, name)),
  ];
  for (const path of paths) if ((await ageMs(path)) > LEFT_MS) await rm(path, { force: true });
}

async function ageMs(path: string): Promise<number> {
  return stat(path).then(
    // A mark of the future was made by a clock that was ahead. Whether it is left its owner tells, not its age.
    ({ mtimeMs }) => (mtimeMs > Date.now() + LEFT_MS ? LEFT_MS + 1 : Date.now() - mtimeMs),
    () => 0,
  );
}

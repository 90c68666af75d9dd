import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDropDue, markDrop, mendHalves } from "../../git/packs/maintain.ts";
import type { LinkFile } from "./copy-packs.ts";
import type { OpenMaintenance } from "./pack-store.ts";
import { openRepackFolder } from "./repack-folder.ts";

/**
 * Tells observers that the repository is being maintained. It is not a lock: one left by a killed server blocks nobody.
 */
const NOTE = "maintenance.lock";
/** A git process that has outlived its server, or that works for a command beside it, writes more often than this. */
const LEFT_MS = 10 * 60_000;

type Options = {
  /** Names a folder to work in. */
  readonly staging: () => string;
  readonly linkFile: LinkFile | undefined;
  readonly signal: AbortSignal;
};

/** Opens a repository for maintenance, after removing or repairing what a killed git process left half written. */
export async function openDiskMaintenance(
  gitDir: string,
  { staging, linkFile, signal }: Options,
): Promise<OpenMaintenance> {
  const note = join(gitDir, NOTE);
  const close = () => rm(note, { force: true });
  await writeFile(note, `${process.pid}\n`, { mode: 0o600 });
  try {
    await removeLeftovers(gitDir);
    await mendHalves({ gitDir, signal });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    gitDir,
    async refresh() {},
    isDropDue: (now) => isDropDue(gitDir, now),
    markDrop: (now) => markDrop(gitDir, now),
    openRepackFolder: (refs, drops) => openRepackFolder(gitDir, staging(), refs, { drops, linkFile }),
    close,
  };
}

/**
 * Removes what a killed git process leaves: half-written packs, which take space, and a lock on the commit graph, which
 * would keep it from being renewed.
 */
async function removeLeftovers(gitDir: string): Promise<void> {
  const packs = join(gitDir, "objects", "pack");
  const info = join(gitDir, "objects", "info");
  const paths = [
    ...(await readdir(packs)).filter((name) => /^\.?tmp[-_]/.test(name)).map((name) => join(packs, name)),
    ...(await readdir(info)).filter((name) => /^tmp_|\.lock$/.test(name)).map((name) => join(info, name)),
  ];
  for (const path of paths) if (await isLeft(path)) await rm(path, { force: true });
}

/** A time in the future comes from a clock that was ahead, not from a recent write. */
async function isLeft(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) > LEFT_MS;
}

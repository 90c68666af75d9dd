import { constants } from "node:fs";
import { copyFile, link, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../files/has-code.ts";

/** Gives a file a second name (a hard link). Tests replace it by one that is refused. */
export type LinkFile = (from: string, to: string) => Promise<void>;

/**
 * The errors of a file system that cannot link a file: another device, hard links not supported, or too many names for
 * one file.
 */
const LINK_REFUSALS = ["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/**
 * The order in which the files of a pack become visible: git takes a pack for complete as soon as its index is there,
 * so the index goes last.
 */
export const PACK_FILE_ORDER = [".pack", ".rev", ".bitmap", ".mtimes", ".idx"];

/** A round fails only if a repack finishes during it. */
const ROUNDS_MAX = 20;

/** Whether a file system has refused to link, so that the file has to be copied. */
export function isLinkRefusal(error: unknown): boolean {
  return LINK_REFUSALS.some((code) => hasCode(error, code));
}

/** What is done with each file of a pack, by its name. */
export type PackFileTaker = {
  take(file: string): Promise<void>;
  /** Called for files already taken from a pack that was removed before all of its files were taken. */
  drop(file: string): Promise<void>;
};

/**
 * Copies all packs of a folder into another one, while the source may be pushed to and repacked. Packs never change, so
 * both folders can share one file through hard links; removing it from one leaves the other unaffected.
 */
export function copyPacks(
  from: string,
  to: string,
  linkFile: LinkFile = link,
  except?: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const taker = {
    take: (file: string) => takeFile(join(from, file), join(to, file), linkFile),
    drop: (file: string) => rm(join(to, file), { force: true }),
  };
  return takePacks(from, taker, except);
}

/**
 * Takes all packs of a folder, which may be pushed to and repacked meanwhile.
 *
 * Everything that could be read in `from` when this was called is in the packs that are taken. A repack removes a pack
 * only after the pack that replaces it is in place, so a listing is complete if every pack in it could still be taken.
 * Two such listings in a row are required, since a folder may change while it is being listed.
 *
 * @param except names of packs that are not taken, without ending.
 * @returns the names of the packs that were taken, and of those in `except`.
 * @throws Error ENOENT if `from` has been deleted.
 */
export async function takePacks(
  from: string,
  taker: PackFileTaker,
  except: ReadonlySet<string> = new Set(),
): Promise<ReadonlySet<string>> {
  const taken = new Set<string>(except);
  let wholeLists = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    let isWhole = true;
    for (const [name, endings] of await listPacks(from)) {
      if (taken.has(name)) continue;
      const files = endings.map((ending) => name + ending);
      if (await takePack(files, taker)) taken.add(name);
      else isWhole = false;
    }
    wholeLists = isWhole ? wholeLists + 1 : 0;
    if (wholeLists === 2) return taken;
  }
  throw new Error(`${from} is repacked again and again`);
}

/**
 * The packs that have an index, with the endings of their files in the order in which they are taken. An index without
 * its pack is left behind when git has just removed the pack, or was killed while removing it.
 */
async function listPacks(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = new Set(await readdir(folder));
  const packs = new Map<string, readonly string[]>();
  for (const file of names) {
    const name = file.slice(0, -".idx".length);
    if (!file.startsWith("pack-") || !file.endsWith(".idx") || !names.has(`${name}.pack`)) continue;
    packs.set(
      name,
      PACK_FILE_ORDER.filter((ending) => names.has(name + ending)),
    );
  }
  return packs;
}

/** @returns false, leaving nothing behind, if the pack is removed at this moment. */
async function takePack(files: readonly string[], { take, drop }: PackFileTaker): Promise<boolean> {
  try {
    for (const file of files) await take(file);
    return true;
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    for (const file of files.toReversed()) await drop(file);
    return false;
  }
}

/** Links the file, or copies it if linking is impossible. A linked file has already been synced by its writer. */
export async function takeFile(from: string, to: string, linkFile: LinkFile = link): Promise<void> {
  try {
    await linkFile(from, to);
  } catch (error) {
    if (!isLinkRefusal(error)) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const copy = await open(to, "r");
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
  }
}

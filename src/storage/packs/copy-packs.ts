import { constants } from "node:fs";
import { copyFile, link, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../files/has-code.ts";

/** How a file gets a second name. Replaced in tests by one that is refused. */
export type LinkFile = (from: string, to: string) => Promise<void>;

/**
 * What a file system says that has no second names to give: another device, no such feature or none for this file, as
 * many names as a file can have.
 */
const LINK_REFUSALS = ["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/**
 * The order in which the files of a pack become visible: git takes a pack for complete as soon as its index is there,
 * so the index goes last.
 */
export const PACK_FILE_ORDER = [".pack", ".rev", ".bitmap", ".mtimes", ".idx"];

/** Each round goes wrong only if a repack ends within it. */
const ROUNDS_MAX = 20;

/** What is done with each file of a pack, by its name. */
export type PackFileTaker = {
  take(file: string): Promise<void>;
  /** Of a pack that is removed before all of it was taken. */
  drop(file: string): Promise<void>;
};

/**
 * Gives a folder all packs of another one, which may be pushed to and repacked meanwhile. Packs never change, so that one
 * file can serve both; each may remove it, and the other keeps it.
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
 * Whatever could be read in `from` when this was called is in the packs that are taken. A repack removes a pack only
 * when the one that replaces it is there; so a list of packs none of which was gone before it was taken is whole. Two such
 * lists in a row are asked for, since a folder may change while it is listed.
 *
 * @param except names of packs that are not taken, without ending.
 * @returns the names of the packs that were taken, and of those that were not to be.
 * @throws Error ENOENT if `from` has gone.
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
 * The packs that have an index, with the endings of their files in the order in which they are taken.
 * An index without its pack is what git leaves of one that it has just removed, or was killed at.
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

/** @returns false, with nothing left, if the pack is removed at this moment. */
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

/** Links the file, or copies it where that is impossible. What is linked has been synced by whoever wrote it. */
export async function takeFile(from: string, to: string, linkFile: LinkFile = link): Promise<void> {
  try {
    await linkFile(from, to);
  } catch (error) {
    if (!LINK_REFUSALS.some((code) => hasCode(error, code))) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const copy = await open(to, "r");
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
  }
}

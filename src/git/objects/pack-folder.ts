import { close, closeSync, fstatSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { openPackBytes, type PackBytes } from "./pack-bytes.ts";
import { openPackIndex, type PackIndex } from "./pack-index.ts";

/** A repository with more packs than that waits for its maintenance, and git reads it. */
const PACKS_OF_REPOSITORY_MAX = 32;

export type OpenPack = {
  readonly file: number;
  readonly indexFile: number;
  /** The number of the pack's file on the disk. */
  readonly inode: number;
  readonly bytes: PackBytes;
  readonly index: PackIndex;
};

/** Packs by the names of their indexes. */
export type OpenPacks = ReadonlyMap<string, OpenPack>;

/** What git looks into, in a list of a folder of packs. */
export function indexNamesOf(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith(".idx"));
}

/**
 * Opens the packs of a folder, except for those that a repack removes between the list and the opening. If there are too many,
 * none is opened.
 *
 * @param known what is open already. Packs that are still there stay open, for packs never change; others are closed, or the bytes
 * of replaced packs would stay on the disk.
 */
export function openPacks(path: string, known: OpenPacks, indexNames: readonly string[]): OpenPacks {
  const packs = new Map<string, OpenPack>();
  const unused = new Map(known);
  for (const name of indexNames.length > PACKS_OF_REPOSITORY_MAX ? [] : indexNames) {
    const base = join(path, name.slice(0, -".idx".length));
    const open = unused.get(name);
    const isSame = open !== undefined && inodeOf(base) === open.inode;
    const pack = isSame ? open : openPack(base);
    if (isSame) unused.delete(name);
    if (pack !== undefined) packs.set(name, pack);
  }
  closePacks(unused);
  return packs;
}

function inodeOf(base: string): number | undefined {
  try {
    return statSync(`${base}.pack`, { throwIfNoEntry: false })?.ino;
  } catch {
    // Opening it will fail too.
    return undefined;
  }
}

function openPack(base: string): OpenPack | undefined {
  const files: number[] = [];
  try {
    for (const ending of [".pack", ".idx"]) files.push(openSync(`${base}${ending}`, "r"));
    const [file, indexFile] = files as [number, number];
    const index = openPackIndex(indexFile);
    if (index !== undefined)
      return { file, indexFile, inode: fstatSync(file).ino, bytes: openPackBytes(file), index };
  } catch {
    // Gone, or the machine has no descriptor left: git will say what it is.
  }
  for (const file of files) closeSync(file);
  return undefined;
}

/** Off this thread: the last one to close a file that a repack has removed is the one who deletes its bytes. */
export function closePacks(packs: OpenPacks): void {
  for (const { file, indexFile, index } of packs.values()) {
    index.close();
    for (const each of [file, indexFile]) close(each, () => {});
  }
}

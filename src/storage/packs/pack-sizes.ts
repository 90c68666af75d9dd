import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../files/has-code.ts";

/** The sizes of the files in a folder of packs, in bytes, by name. */
export type FileSizes = ReadonlyMap<string, number>;

export type PackSizes = {
  /** Lists the files that are there now. The size of each file of a pack is read once: such a file never changes. */
  list(folder: string): Promise<FileSizes>;
  /** Notes the files that are known to be there now. */
  note(folder: string, sizes: FileSizes): void;
};

/** Folders whose sizes are cached: those that are currently pushed to. Each has some dozens of files. */
const FOLDERS_MAX = 64;

const CONSTANT_FILE = /^pack-[0-9a-f]{40}\.(?:pack|idx|rev)$/;

export function openPackSizes(): PackSizes {
  /** Least recently used first. */
  const folders = new Map<string, FileSizes>();

  function store(folder: string, sizes: FileSizes): void {
    folders.delete(folder);
    folders.set(folder, new Map([...sizes].filter(([name]) => CONSTANT_FILE.test(name))));
    for (const oldest of folders.keys()) {
      if (folders.size <= FOLDERS_MAX) break;
      folders.delete(oldest);
    }
  }

  return {
    note: store,
    async list(folder) {
      const names = await readdir(folder);
      const known = folders.get(folder);
      const sizes = new Map<string, number>();
      const unknown: string[] = [];
      for (const name of names) {
        const size = known?.get(name);
        if (size === undefined) unknown.push(name);
        else sizes.set(name, size);
      }
      const found = await Promise.all(unknown.map((name) => sizeOf(join(folder, name))));
      for (const [index, size] of found.entries()) if (size !== undefined) sizes.set(unknown[index]!, size);
      store(folder, sizes);
      return sizes;
    },
  };
}

export function sumOf(sizes: FileSizes): number {
  let sum = 0;
  for (const size of sizes.values()) sum += size;
  return sum;
}

/** Undefined for a file that a repack has just removed. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    return undefined;
  }
}

import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { PACK_FILE_ORDER, takeFile } from "./copy-packs.ts";
import { type PackSizes, sumOf } from "./pack-sizes.ts";
import type { Quarantine } from "./pack-store.ts";

const FOLDER_MODE = 0o700;
/** The mode that git itself uses for files that never change. */
const PACK_FILE_MODE = 0o444;

/** A file that has been written here and is being synced. */
type Written = { readonly sizeBytes: number; readonly synced: Promise<void> };

/** @param newFolder names the folder in which the quarantine is created. */
export async function openDiskQuarantine(
  gitDir: string,
  newFolder: () => string,
  packSizes: PackSizes,
): Promise<Quarantine> {
  const folder = newFolder();
  const to = join(gitDir, "objects", "pack");
  const packFolder = join(folder, "pack");
  await makeBoth(folder, packFolder);
  const written = new Map<string, Written>();
  let hasGitPacks = false;
  /** The names of the files in the repository. */
  let accepted: readonly string[] = [];
  let removed: Promise<boolean> | undefined;

  /** @returns the size of the file in bytes, once it is synced. */
  async function sync(name: string): Promise<number> {
    const own = written.get(name);
    if (own !== undefined) {
      await own.synced;
      return own.sizeBytes;
    }
    const path = join(packFolder, name);
    await syncFolder(path);
    return (await stat(path)).size;
  }

  return {
    gitDir,
    isIntact: async () => true,
    folder,
    objectFolder: folder,
    packFiles: {
      async write(name, bytes) {
        const file = await open(join(packFolder, name), "wx", PACK_FILE_MODE);
        try {
          writeWhole(file, bytes);
        } catch (error) {
          await file.close();
          throw error;
        }
        // The sync runs in the background; `accept` waits for it and reports an error.
        const synced = file.sync().finally(() => file.close());
        synced.catch(() => {});
        written.set(name, { sizeBytes: bytes.length, synced });
      },
      async remove(name) {
        written.delete(name);
        await rm(join(packFolder, name), { force: true });
      },
    },
    beginAccepting() {},
    noteGitPacks() {
      hasGitPacks = true;
    },
    async accept() {
      // The file is open by the time that it has to be synced.
      const opened = open(to, "r");
      opened.catch(() => {});
      try {
        // The files written by name are all there are, unless git has written others under names of its own choice.
        const isAllOwn = written.size > 0 && !hasGitPacks;
        const names = isAllOwn ? [...written.keys()] : await listPackFiles(packFolder);
        const [there, ...own] = await Promise.all([packSizes.list(to), ...names.map(sync)]);
        const newNames = acceptedNames(names);
        await movePacks(packFolder, to, newNames);
        accepted = [...newNames.values()];
        removed = removeEmpty([packFolder, folder]);
        if (names.length > 0) await (await opened).sync();
        reachFaultPoint("packs.accepted");
        const added = names.map((name, index) => [newNames.get(name)!, own[index]!] as const);
        const sizes = new Map([...there, ...added]);
        packSizes.note(to, sizes);
        return { record: async () => sumOf(sizes), async confirm() {} };
      } finally {
        closeLater(opened);
      }
    },
    async reopen() {
      const again = await openDiskQuarantine(gitDir, newFolder, packSizes);
      again.noteGitPacks();
      const newPath = (name: string) => join(again.objectFolder, "pack", name);
      try {
        for (const name of accepted) await takeFile(join(to, name), newPath(name));
      } catch (error) {
        // A repack has moved the objects into another pack, or dropped them. The next check of the tips finds out
        // which.
        for (const name of accepted) await rm(newPath(name), { force: true });
        if (!hasCode(error, "ENOENT")) {
          await again.discard();
          throw error;
        }
      }
      return again;
    },
    async discard() {
      if ((await removed) !== true) await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Runs on this thread, unlike all else: it is a small copy into memory, and handing it to another thread would take
 * longer.
 */
function writeWhole({ fd }: FileHandle, bytes: Buffer): void {
  for (let end = 0; end < bytes.length; ) end += writeSync(fd, bytes, end);
}

/** One by one, because every push waits for this, and `recursive` takes several times as long. */
async function makeBoth(folder: string, packFolder: string): Promise<void> {
  try {
    for (const path of [folder, packFolder]) await mkdir(path, { mode: FOLDER_MODE });
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await makeFolders(packFolder);
  }
}

/** @returns false if one of them is not empty. */
async function removeEmpty(folders: readonly string[]): Promise<boolean> {
  try {
    for (const folder of folders) await rmdir(folder);
    return true;
  } catch {
    return false;
  }
}

/**
 * Gives the files random names that are used once. Maintenance removes packs by name, and may have decided on a name
 * long ago: a pack with the same bytes, pushed meanwhile, must not be removed in place of the old one.
 */
function acceptedNames(names: readonly string[]): ReadonlyMap<string, string> {
  const byPack = new Map<string, string>();
  return new Map(
    names.map((name) => {
      const pack = name.slice(0, name.lastIndexOf("."));
      const other = byPack.get(pack) ?? `pack-${randomBytes(20).toString("hex")}`;
      byPack.set(pack, other);
      return [name, other + name.slice(pack.length)];
    }),
  );
}

/**
 * The files are synced before they are moved, and the caller syncs the folder afterwards, so that a pack is on the disk
 * before the row of a ref that needs it.
 */
async function movePacks(from: string, to: string, newNames: ReadonlyMap<string, string>): Promise<void> {
  reachFaultPoint("packs.synced");
  const rank = (name: string) => PACK_FILE_ORDER.findIndex((ending) => name.endsWith(ending));
  for (const [name, newName] of [...newNames].toSorted(([a], [b]) => rank(a) - rank(b))) {
    await rename(join(from, name), join(to, newName));
    reachFaultPoint("packs.moving");
  }
  reachFaultPoint("packs.moved");
}

async function listPackFiles(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith("tmp_") && !name.endsWith(".keep"));
}

/** Nothing waits for this or depends on it. */
function closeLater(opened: Promise<FileHandle>): void {
  opened.then((file) => file.close()).catch(() => {});
}

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
/** git's own for what never changes. */
const PACK_FILE_MODE = 0o444;

/** What has been written here, and is being synced since. */
type Written = { readonly sizeBytes: number; readonly synced: Promise<void> };

/** @param newFolder names the folder where it is made. */
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
  /** The names that the files have got in the repository. */
  let accepted: readonly string[] = [];
  let removed: Promise<boolean> | undefined;

  /** @returns its bytes, once they are on the disk. */
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
        // There is enough else to do meanwhile. Whether it went well is asked by `accept`.
        const synced = file.sync().finally(() => file.close());
        synced.catch(() => {});
        written.set(name, { sizeBytes: bytes.length, synced });
      },
      async remove(name) {
        written.delete(name);
        await rm(join(packFolder, name), { force: true });
      },
    },
    noteGitPacks() {
      hasGitPacks = true;
    },
    async accept() {
      // By the time that it has to be synced it is open.
      const opened = open(to, "r");
      opened.catch(() => {});
      try {
        // What has been written by name is all that there is, unless git has written, under names that it chose.
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
        return sumOf(sizes);
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
        // A repack has put them into another pack, or dropped them. Whoever looks at the tips again finds out.
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

/** Not off this thread, as all else: it is a small copy into memory, and takes less than to hand it over. */
function writeWhole({ fd }: FileHandle, bytes: Buffer): void {
  for (let end = 0; end < bytes.length; ) end += writeSync(fd, bytes, end);
}

/** One by one, to be made and to be removed: each push waits for it, and `recursive` takes several times as long. */
async function makeBoth(folder: string, packFolder: string): Promise<void> {
  try {
    for (const path of [folder, packFolder]) await mkdir(path, { mode: FOLDER_MODE });
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await makeFolders(packFolder);
  }
}

/** @returns false if there is something left in one of them. */
async function removeEmpty(folders: readonly string[]): Promise<boolean> {
  try {
    for (const folder of folders) await rmdir(folder);
    return true;
  } catch {
    return false;
  }
}

/**
 * The names that the files get: random ones, used once. Maintenance removes packs by name, and may have been about to for long:
 * a pack of the same bytes that is pushed meanwhile must not be taken for the one that was to go.
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

/** Synced before they are moved, and the folder must be after, so that a pack that a ref row names is on the disk before the row. */
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

/** Nothing waits for it, and nothing depends on it. */
function closeLater(opened: Promise<FileHandle>): void {
  opened.then((file) => file.close()).catch(() => {});
}

import { randomBytes } from "node:crypto";
import { rmSync, statfsSync } from "node:fs";
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "../files/make-folders.ts";

/**
 * Disk space that is reserved for changes that remove access: on a full disk it must still be possible to revoke a
 * token, disable an account or remove a permission. The files have random bytes, so that no file system can compress
 * them. They are released one by one, so that other writers that wait for space do not get all of it.
 */
export type DiskReserve = {
  /** @returns false if there is nothing left to release. */
  release(): boolean;
  /** Creates missing parts of the reserve, if there is space again. One call at a time. */
  fill(): Promise<void>;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
};

const FOLDER = "reserve";
const PARTS = 8;
/** Several times what SQLite's log needs for a revocation, its entry in the audit log and their indexes. */
const PART_BYTES = 256 * 1024;
/** The share of the free space that the reserve may use, so that it does not fill the disk itself. */
const FREE_SHARE_MAX = 1 / 4;

export function openDiskReserve(dataFolder: string): DiskReserve {
  const folder = join(dataFolder, FOLDER);
  const parts = Array.from({ length: PARTS }, (_, part) => join(folder, String(part)));
  let filling: Promise<void> | undefined;

  async function fillOnce(): Promise<void> {
    const missing = await listMissing(parts);
    if (missing.length === 0) return;
    const { bavail, bsize } = statfsSync(dataFolder);
    if (missing.length * PART_BYTES > bavail * bsize * FREE_SHARE_MAX) return;
    await makeFolders(folder);
    for (const part of missing) {
      const draft = `${part}.draft`;
      await writeFile(draft, randomBytes(PART_BYTES), { flush: true, mode: 0o600 });
      await rename(draft, part);
    }
  }

  return {
    release() {
      // Released at once, without waiting: the change that was refused for lack of space is tried again before other
      // writers run.
      for (const part of parts) {
        try {
          rmSync(part);
          return true;
        } catch {
          // Released already, by this process or another.
        }
      }
      return false;
    },
    fill() {
      filling ??= fillOnce()
        .catch(() => removeDrafts(folder))
        .finally(() => {
          filling = undefined;
        });
      return filling;
    },
    idle: async () => filling,
  };
}

async function listMissing(parts: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    parts.map((part) =>
      stat(part).then(
        ({ size }) => size === PART_BYTES,
        () => false,
      ),
    ),
  );
  return parts.filter((_, index) => !found[index]);
}

/** The disk became full meanwhile: an incomplete part does not count. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (name.endsWith(".draft")) await rm(join(folder, name), { force: true }).catch(() => {});
}

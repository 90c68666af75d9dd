import { randomBytes } from "node:crypto";
import { rmSync, statfsSync } from "node:fs";
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "../files/make-folders.ts";

/**
 * Room that is kept for what takes access away: on a full disk a token must still be revoked, an account disabled, a permission
 * removed. Files of random bytes, so that no file system stores them in less. They are given up one by one, so that others who
 * wait for room do not get it all.
 */
export type DiskReserve = {
  /** @returns false if there is no more to give up. */
  release(): boolean;
  /** Makes what lacks, if there is room again. Not more than one at a time. */
  fill(): Promise<void>;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
};

const FOLDER = "reserve";
const PARTS = 8;
/** Some times what a revocation, its line in the audit log and their indexes take in SQLite's log. */
const PART_BYTES = 256 * 1024;
/** Of what is free, so that filling is not what makes a disk full. */
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
      // At once: whoever has been refused for want of room tries again before anybody else is asked to wait.
      for (const part of parts) {
        try {
          rmSync(part);
          return true;
        } catch {
          // Given up already, by this process or another.
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

/** The disk became full meanwhile: half a part is none. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (name.endsWith(".draft")) await rm(join(folder, name), { force: true }).catch(() => {});
}

import { randomUUID } from "node:crypto";
import { link, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import { digestFile, type FileDigest, type FileEnd, hasTrailer, readFileEnd } from "../files/digest-file.ts";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { type LinkFile, takeFile } from "../packs/copy-packs.ts";
import type { StoredFile } from "./backup-manifest.ts";

/**
 * The files of a backup: what has a name never changes under it, so that an earlier backup in the same folder stays as it
 * is until the manifest of the new one is there. A file whose content is another one gets another name.
 */
export type BackupStore = {
  /**
   * Takes the file `from` into the backup, under the path that it has in a data folder. What the earlier backup has of it is
   * not copied again.
   *
   * @param isWhole asked about files that do not say themselves whether they are whole.
   * @throws Failure unavailable if the file is damaged. @throws Error ENOENT if it has gone.
   */
  keep(path: string, from: string, isWhole?: (bytes: number) => boolean): Promise<void>;
  /** Adds a file that has been written into the backup's folder. */
  add(path: string, stored: string): Promise<void>;
  /** Leaves a file out that has been taken. */
  forget(path: string): void;
  /** Makes what has been taken survive a loss of power. */
  sync(): Promise<void>;
  files(): readonly StoredFile[];
  outcome(): StoreOutcome;
};

export type StoreOutcome = {
  /** What was not there from an earlier backup. */
  readonly newFiles: number;
  readonly newBytes: number;
  /** Files of the earlier backup that were damaged, and are whole again. */
  readonly mended: readonly string[];
  /** Files of the data folder that are damaged. The backup has the content that they had before. */
  readonly damagedSources: readonly string[];
  /** Files of the data folder that are damaged and left out: they can be made anew. */
  readonly leftOut: readonly string[];
};

export type StoreOptions = {
  readonly earlier: readonly StoredFile[];
  /** Whether files may be shared with the data folder as hard links, where the disk is the same. */
  readonly mayLink: boolean;
  /** Which files of the earlier backup are read, beside looking at their size and their end. */
  readonly isRead: (file: StoredFile) => boolean;
};

/** Whether a file of this path may become another one under the same name. */
function isReplaced(path: string): boolean {
  return /\.(?:bitmap|mtimes)$|\/commit-graph$/.test(path);
}

/** Whether git works without the file, and makes it again. */
export function isDerived(path: string): boolean {
  return /\/pack-[^/]*\.(?:rev|bitmap|mtimes)$|\/commit-graph$/.test(path);
}

/** Where files are until they are whole. */
export const DRAFT_FOLDER = "unfinished";

export function openBackupStore(folder: string, { earlier, mayLink, isRead }: StoreOptions): BackupStore {
  const known = new Map(earlier.map((file) => [file.path, file]));
  const kept = new Map<string, StoredFile>();
  const changedFolders = new Set<string>();
  const outcome = {
    newFiles: 0,
    newBytes: 0,
    mended: [] as string[],
    damagedSources: [] as string[],
    leftOut: [] as string[],
  };
  const at = (stored: string) => join(folder, stored);

  /** Whether the earlier backup has the file, by what can be seen without reading it; and by reading it if it is its turn. */
  async function hasStill(file: StoredFile, source: FileEnd | undefined): Promise<boolean> {
    const there = await unlessGone(readFileEnd(at(file.stored)));
    if (there?.bytes !== file.bytes) return false;
    if (source !== undefined && !isSameEnd(there, source)) return false;
    return !(source === undefined || isRead(file)) || (await isContent(at(file.stored), file));
  }

  async function takeIn(draft: string, stored: string): Promise<void> {
    await makeFolders(dirname(at(stored)));
    await rename(draft, at(stored));
    changedFolders.add(dirname(at(stored)));
    reachFaultPoint("backup.file-taken");
  }

  async function copyIn(path: string, from: string, source: FileEnd, isWhole: IsWhole): Promise<void> {
    const draft = at(join(DRAFT_FOLDER, randomUUID()));
    await makeFolders(dirname(draft));
    try {
      await takeFile(from, draft, mayLink ? link : refuseToLink);
      const found = await digestFile(draft);
      const before = known.get(path);
      if (before !== undefined && isSame(found, before)) {
        await takeIn(draft, before.stored);
        kept.set(path, before);
        outcome.mended.push(before.stored);
        return;
      }
      if (!(hasTrailer(path) ? found.isTrailerRight : isWhole(found.bytes))) {
        await takeDamaged(path, from, before);
        return;
      }
      const stored = await findName(path, source, found);
      if (!stored.isThere) {
        await takeIn(draft, stored.name);
        outcome.newFiles += 1;
        outcome.newBytes += found.bytes;
      }
      kept.set(path, { path, stored: stored.name, bytes: found.bytes, sha256: found.sha256 });
    } finally {
      // A rename onto another name of the same file does nothing, and leaves both.
      await rm(draft, { force: true });
    }
  }

  /** The data folder's own file is damaged. */
  async function takeDamaged(path: string, from: string, before: StoredFile | undefined): Promise<void> {
    if (before !== undefined && !isReplaced(path) && (await hasStill(before, undefined))) {
      kept.set(path, before);
      outcome.damagedSources.push(from);
      return;
    }
    if (!isDerived(path))
      throw new Failure(
        "unavailable",
        `Cannot back up: ${from} is damaged, and no earlier backup in ${folder} has it whole. pail fsck says what to do`,
      );
    kept.delete(path);
    outcome.leftOut.push(from);
  }

  /** A name that is free, or that a file of this very content has: of a backup that was cut off, or of an earlier version. */
  async function findName(path: string, source: FileEnd, wanted: FileDigest) {
    const first = isReplaced(path) ? `${path}.${source.end.toString("hex")}` : path;
    const names = [first, `${path}.${wanted.sha256}`];
    for (const name of names) {
      const there = await unlessGone(readFileEnd(at(name)));
      if (there === undefined) return { name, isThere: false };
      if (there.bytes === wanted.bytes && (await isContent(at(name), wanted))) return { name, isThere: true };
    }
    // Of this content by its name, and not in fact: no backup has it, or it would have been mended.
    return { name: names[1]!, isThere: false };
  }

  return {
    async keep(path, from, isWhole = () => true) {
      if (kept.has(path) && !isReplaced(path)) return;
      const source = await readFileEnd(from);
      const before = known.get(path);
      if (before?.bytes === source.bytes && (await hasStill(before, source))) kept.set(path, before);
      else await copyIn(path, from, source, isWhole);
    },
    async add(path, stored) {
      const { bytes, sha256 } = await digestFile(at(stored));
      kept.set(path, { path, stored, bytes, sha256 });
    },
    forget: (path) => void kept.delete(path),
    async sync() {
      for (const each of changedFolders) await syncFolder(each);
      changedFolders.clear();
    },
    files: () => [...kept.values()],
    outcome: () => outcome,
  };
}

type IsWhole = (bytes: number) => boolean;

const refuseToLink: LinkFile = () =>
  Promise.reject(Object.assign(new Error("links are not wanted"), { code: "EXDEV" }));

export async function isContent(
  path: string,
  wanted: Pick<StoredFile, "bytes" | "sha256">,
): Promise<boolean> {
  const found = await unlessGone(digestFile(path));
  return found !== undefined && isSame(found, wanted);
}

function isSame(a: Pick<StoredFile, "bytes" | "sha256">, b: Pick<StoredFile, "bytes" | "sha256">): boolean {
  return a.bytes === b.bytes && a.sha256 === b.sha256;
}

function isSameEnd(a: FileEnd, b: FileEnd): boolean {
  return a.bytes === b.bytes && a.end.equals(b.end);
}

async function unlessGone<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

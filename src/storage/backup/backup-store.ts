import { randomUUID } from "node:crypto";
import { link, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import { digestFile, type FileEnd, hasTrailer, readFileEnd } from "../files/digest-file.ts";
import { makeFolders } from "../files/make-folders.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { unlessMissing } from "../files/unless-missing.ts";
import { isLinkRefusal, type LinkFile, takeFile } from "../packs/copy-packs.ts";
import type { StoredFile } from "./backup-manifest.ts";

/**
 * The files of a backup. A file is never changed under its name, so that an earlier backup in the same folder stays
 * intact until the manifest of the new one is written. New content gets a new name.
 */
export type BackupStore = {
  /**
   * Adds the file `from` to the backup, under the path that it has in a data folder. If the earlier backup has the same
   * file, it is not copied again.
   *
   * @param isWhole called for files that have no checksum of their own.
   * @throws Failure unavailable if the file is damaged. @throws Error ENOENT if it was deleted.
   */
  keep(path: string, from: string, isWhole?: (bytes: number) => boolean): Promise<void>;
  /**
   * Adds a file that the earlier backup has, so that it need not be brought.
   *
   * @param sha256 hex. Undefined if a file with this path never changes.
   * @returns false if the earlier backup does not have it, or it is damaged there.
   */
  keepEarlier(path: string, wanted: { readonly bytes: number; readonly sha256?: string }): Promise<boolean>;
  /** Adds a file again under a second path, at which the data folder would have a hard link to it. */
  share(path: string, added: string): Promise<void>;
  /** A new folder in that of the backup, for files that have to be brought before they can be added. */
  makeScratch(): Promise<string>;
  /** Adds a file that was written directly into the backup's folder. */
  add(path: string, stored: string): Promise<void>;
  /** Leaves out a file that was added before. */
  forget(path: string): void;
  /** Makes everything that was added survive a loss of power. */
  sync(): Promise<void>;
  files(): readonly StoredFile[];
  outcome(): StoreOutcome;
};

export type StoreOutcome = {
  /** The number of files that were not in an earlier backup. */
  readonly newFiles: number;
  readonly newBytes: number;
  /** Files of the earlier backup that were damaged and have been repaired. */
  readonly mended: readonly string[];
  /** Damaged files of the data folder. The backup has their content from before the damage. */
  readonly damagedSources: readonly string[];
  /** Damaged files of the data folder that are left out, since they can be rebuilt. */
  readonly leftOut: readonly string[];
};

export type StoreOptions = {
  readonly earlier: readonly StoredFile[];
  /** Whether files may be hard links into the data folder, if both are on the same disk. */
  readonly mayLink: boolean;
  /** Which files of the earlier backup are read completely, rather than compared by size and last bytes only. */
  readonly isRead: (file: StoredFile) => boolean;
};

/** Whether a file with this path may be replaced by another one of the same name. */
function isReplaced(path: string): boolean {
  return /\.(?:bitmap|mtimes)$|\/commit-graph$/.test(path);
}

/** Whether git works without the file, and creates it again. */
export function isDerived(path: string): boolean {
  return /\/pack-[^/]*\.(?:rev|bitmap|mtimes)$|\/commit-graph$/.test(path);
}

/** The folder for files that are still being written. Earlier versions used the same name. */
export const DRAFT_FOLDER = "unfinished";

export function openBackupStore(folder: string, { earlier, mayLink, isRead }: StoreOptions): BackupStore {
  const known = new Map(earlier.map((file) => [file.path, file]));
  const saved = new Map<string, StoredFile>();
  const changedFolders = new Set<string>();
  const outcome = {
    newFiles: 0,
    newBytes: 0,
    mended: [] as string[],
    damagedSources: [] as string[],
    leftOut: [] as string[],
  };
  const at = (stored: string) => join(folder, stored);

  /**
   * Whether the earlier backup still has the file, as far as size and last bytes show; it is read completely if its
   * turn has come.
   */
  async function hasStill(file: StoredFile, source: FileEnd | undefined): Promise<boolean> {
    const there = await unlessMissing(readFileEnd(at(file.stored)));
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
        saved.set(path, before);
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
      saved.set(path, { path, stored: stored.name, bytes: found.bytes, sha256: found.sha256 });
    } finally {
      // A rename onto another name of the same file does nothing, and leaves both.
      await rm(draft, { force: true });
    }
  }

  /** @returns the name of the link, or that of the file itself if the file system has no hard links. */
  async function linkSecond(path: string, file: StoredFile, end: FileEnd): Promise<string> {
    const { name, isThere } = await findName(path, end, file);
    if (isThere) return name;
    const draft = at(join(DRAFT_FOLDER, randomUUID()));
    await makeFolders(dirname(draft));
    try {
      await link(at(file.stored), draft);
    } catch (error) {
      if (!isLinkRefusal(error)) throw error;
      return file.stored;
    }
    await takeIn(draft, name);
    return name;
  }

  /** The data folder's own file is damaged. */
  async function takeDamaged(path: string, from: string, before: StoredFile | undefined): Promise<void> {
    if (before !== undefined && !isReplaced(path) && (await hasStill(before, undefined))) {
      saved.set(path, before);
      outcome.damagedSources.push(from);
      return;
    }
    if (!isDerived(path))
      throw new Failure(
        "unavailable",
        `Cannot back up: ${from} is damaged, and no earlier backup in ${folder} has it whole. pail fsck says what to do`,
      );
    saved.delete(path);
    outcome.leftOut.push(from);
  }

  /**
   * A free name, or one of a file with the same content: left by a backup that was cut off, or by an earlier version.
   */
  async function findName(path: string, source: FileEnd, wanted: Pick<StoredFile, "bytes" | "sha256">) {
    const first = isReplaced(path) ? `${path}.${source.end.toString("hex")}` : path;
    const names = [first, `${path}.${wanted.sha256}`];
    for (const name of names) {
      const there = await unlessMissing(readFileEnd(at(name)));
      if (there === undefined) return { name, isThere: false };
      if (there.bytes === wanted.bytes && (await isContent(at(name), wanted))) return { name, isThere: true };
    }
    // The name says that it has this content, but it has not. No backup lists it, or it would have been repaired.
    return { name: names[1]!, isThere: false };
  }

  return {
    async keep(path, from, isWhole = () => true) {
      if (saved.has(path) && !isReplaced(path)) return;
      const source = await readFileEnd(from);
      const before = known.get(path);
      if (before?.bytes === source.bytes && (await hasStill(before, source))) saved.set(path, before);
      else await copyIn(path, from, source, isWhole);
    },
    async keepEarlier(path, wanted) {
      if (saved.has(path)) return true;
      const before = known.get(path);
      if (before?.bytes !== wanted.bytes || before.sha256 !== (wanted.sha256 ?? before.sha256)) return false;
      const end = await unlessMissing(readFileEnd(at(before.stored)));
      if (end === undefined || !(await hasStill(before, end))) return false;
      saved.set(path, before);
      return true;
    },
    async share(path, added) {
      const file = saved.get(added);
      if (file === undefined) return void saved.delete(path);
      const end = await readFileEnd(at(file.stored));
      const before = known.get(path);
      if (before !== undefined && isSame(before, file) && (await hasStill(before, end)))
        saved.set(path, before);
      else saved.set(path, { ...file, path, stored: await linkSecond(path, file, end) });
    },
    async makeScratch() {
      const scratch = at(join(DRAFT_FOLDER, randomUUID()));
      await makeFolders(scratch);
      return scratch;
    },
    async add(path, stored) {
      const { bytes, sha256 } = await digestFile(at(stored));
      saved.set(path, { path, stored, bytes, sha256 });
    },
    forget: (path) => void saved.delete(path),
    async sync() {
      for (const each of changedFolders) await syncFolder(each);
      changedFolders.clear();
    },
    files: () => [...saved.values()],
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
  const found = await unlessMissing(digestFile(path));
  return found !== undefined && isSame(found, wanted);
}

function isSame(a: Pick<StoredFile, "bytes" | "sha256">, b: Pick<StoredFile, "bytes" | "sha256">): boolean {
  return a.bytes === b.bytes && a.sha256 === b.sha256;
}

function isSameEnd(a: FileEnd, b: FileEnd): boolean {
  return a.bytes === b.bytes && a.end.equals(b.end);
}

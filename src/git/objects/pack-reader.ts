import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ObjectId } from "../../model/object-id.ts";
import { hashObject } from "./hash-object.ts";
import { type PackedObject, readPackedObject } from "./pack-file.ts";
import { closePacks, indexNamesOf, type OpenPacks, openPacks } from "./pack-folder.ts";

/** Each is two open files. */
const PACKS_OPEN_MAX = 64;
const ID_BYTES = 20;
/** What was opened so lately is read without a look at the folder: packs never change. What is missing is looked for anew. */
const LOOK_MS = 200;
/** So often a folder is looked at that changes while it is. */
const LOOKS_MAX = 3;
const MULTI_PACK_INDEX = "multi-pack-index";

type OpenFolder = {
  /** Of the folder that the packs were found in: it is another one as soon as a pack has come or gone. */
  readonly version: string;
  readonly packs: OpenPacks;
  lookedAt: number;
  usedAt: number;
};

/**
 * Small objects out of packs, in process: a commit costs some reads of the page cache, where a process of git costs two
 * turns of the event loop. What it does not find or does not understand is for git to look for: objects that are not
 * packed, or lie in alternates, are large, or are damaged.
 */
export type PackReader = {
  find(gitDir: string, id: ObjectId): PackedObject | undefined;
  /**
   * Whether the repository has no file with any of these objects in it, packed or not. True is certain, of one moment in the
   * call; false may be a want of certainty, and is for git to look into.
   */
  hasNoneOf(gitDir: string, ids: readonly ObjectId[]): boolean;
  forget(gitDir: string): void;
  forgetAll(): void;
  close(): void;
};

/** `idleMs`: files of a repository that nobody has read from for so long are closed. */
export function openPackReader(idleMs: number): PackReader {
  /** The longest unused is the first. */
  const folders = new Map<string, OpenFolder>();
  /** A folder without packs counts as one, so that these are not without limit either. */
  const weightOf = ({ packs }: OpenFolder) => Math.max(1, packs.size);
  let openCount = 0;
  let isClosed = false;
  const sweeping = setInterval(() => closeUnused(performance.now() - idleMs), idleMs).unref();

  /** @returns its packs, which are still open. */
  function takeOut(gitDir: string): OpenPacks {
    const folder = folders.get(gitDir);
    if (folder === undefined) return new Map();
    folders.delete(gitDir);
    openCount -= weightOf(folder);
    return folder.packs;
  }

  const closeFolder = (gitDir: string) => closePacks(takeOut(gitDir));

  function closeUnused(since: number): void {
    for (const [gitDir, { usedAt }] of folders) if (usedAt < since) closeFolder(gitDir);
  }

  /** The packs as they are now. */
  function look(gitDir: string, now: number): OpenFolder | undefined {
    const path = packFolderOf(gitDir);
    const version = versionOf(path);
    if (version === undefined) {
      closeFolder(gitDir);
      return undefined;
    }
    const folder = folders.get(gitDir);
    return folder?.version === version
      ? keep(gitDir, folder, now)
      : open(gitDir, version, now, indexNamesOf(readdirSync(path)));
  }

  /** `version` is from before the list, so that what comes after it is seen the next time. */
  function open(gitDir: string, version: string, now: number, indexNames: readonly string[]): OpenFolder {
    const packs = openPacks(packFolderOf(gitDir), takeOut(gitDir), indexNames);
    return keep(gitDir, { version, packs, lookedAt: now, usedAt: now }, now);
  }

  function keep(gitDir: string, folder: OpenFolder, now: number): OpenFolder {
    takeOut(gitDir);
    openCount += weightOf(folder);
    folder.lookedAt = now;
    folder.usedAt = now;
    folders.set(gitDir, folder);
    for (const oldest of folders.keys()) {
      if (openCount <= PACKS_OPEN_MAX || oldest === gitDir) break;
      closeFolder(oldest);
    }
    return folder;
  }

  function find(gitDir: string, id: ObjectId): PackedObject | undefined {
    const wanted = Buffer.from(id, "hex");
    if (isClosed || wanted.length !== ID_BYTES) return undefined;
    const now = performance.now();
    const known = folders.get(gitDir);
    if (known !== undefined && now - known.lookedAt < LOOK_MS) {
      const object = findIn(known, wanted, id);
      if (object !== undefined) {
        known.usedAt = now;
        return object;
      }
    }
    const folder = look(gitDir, now);
    return folder && findIn(folder, wanted, id);
  }

  function findIn({ packs }: OpenFolder, wanted: Buffer, id: ObjectId): PackedObject | undefined {
    for (const { bytes, index } of packs.values()) {
      const offset = index.find(wanted);
      const object = offset === undefined ? undefined : readPackedObject(bytes, index, offset);
      // Whatever may be wrong with the pack, or with what reads it, git is asked before anybody is told anything.
      if (object !== undefined && hashObject(object.type, object.content) === id) return object;
    }
    return undefined;
  }

  /**
   * git looks in packs, then among loose objects, then in the packs that have come meanwhile: a repack moves objects from the
   * one to the other, or from pack to pack. If no pack has come since the list, all of it was one moment.
   */
  function hasNoneOf(gitDir: string, ids: readonly ObjectId[]): boolean {
    const wanted = ids.map((id) => Buffer.from(id, "hex"));
    if (isClosed || wanted.some((id) => id.length !== ID_BYTES)) return false;
    const path = packFolderOf(gitDir);
    // More folders to look into, which only git writes.
    if (isThere(join(gitDir, "objects", "info", "alternates"))) return false;
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const version = versionOf(path);
      const names = readdirSync(path);
      const indexNames = indexNamesOf(names);
      if (version === undefined || names.includes(MULTI_PACK_INDEX)) return false;
      const { packs } = open(gitDir, version, performance.now(), indexNames);
      if (packs.size !== indexNames.length) return false;
      for (const { index } of packs.values())
        if (wanted.some((id) => index.find(id) !== undefined)) return false;
      if (ids.some((id) => isThere(join(gitDir, "objects", id.slice(0, 2), id.slice(2))))) return false;
      if (readdirSync(path).every((name) => packs.has(name) || !name.endsWith(".idx"))) return true;
    }
    return false;
  }

  function forgetAll(): void {
    for (const gitDir of [...folders.keys()]) closeFolder(gitDir);
  }

  return {
    find(gitDir, id) {
      try {
        return find(gitDir, id);
      } catch {
        // The disk, or no descriptor left: git will say what it is.
        return undefined;
      }
    },
    hasNoneOf(gitDir, ids) {
      try {
        return hasNoneOf(gitDir, ids);
      } catch {
        return false;
      }
    },
    forget: closeFolder,
    forgetAll,
    close() {
      isClosed = true;
      clearInterval(sweeping);
      forgetAll();
    },
  };
}

const packFolderOf = (gitDir: string) => join(gitDir, "objects", "pack");

function versionOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.ino} ${found.mtimeMs} ${found.ctimeMs}`;
}

const isThere = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;

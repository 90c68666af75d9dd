import { closeSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ObjectId } from "../../model/object-id.ts";
import { hashObject } from "./hash-object.ts";
import { openPackBytes, type PackBytes } from "./pack-bytes.ts";
import { type PackedObject, readPackedObject } from "./pack-file.ts";
import { openPackIndex, type PackIndex } from "./pack-index.ts";

/** Each is two open files. A repository with more packs than that waits for its maintenance, and git reads it. */
const PACKS_OPEN_MAX = 64;
const PACKS_OF_REPOSITORY_MAX = 32;
const ID_BYTES = 20;
/** What was opened so lately is read without a look at the folder: packs never change. What is missing is looked for anew. */
const LOOK_MS = 200;

type OpenPack = {
  readonly file: number;
  readonly indexFile: number;
  readonly bytes: PackBytes;
  readonly index: PackIndex;
};

type OpenFolder = {
  /** Of the folder that the packs were found in: it is another one as soon as a pack has come or gone. */
  readonly version: string;
  readonly packs: readonly OpenPack[];
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
  forget(gitDir: string): void;
  close(): void;
};

/** `idleMs`: files of a repository that nobody has read from for so long are closed. */
export function openPackReader(idleMs: number): PackReader {
  /** The longest unused is the first. */
  const folders = new Map<string, OpenFolder>();
  /** A folder without packs counts as one, so that these are not without limit either. */
  const weightOf = ({ packs }: OpenFolder) => Math.max(1, packs.length);
  let openCount = 0;
  let isClosed = false;
  const sweeping = setInterval(() => closeUnused(performance.now() - idleMs), idleMs).unref();

  function closeFolder(gitDir: string): void {
    const folder = folders.get(gitDir);
    if (folder === undefined) return;
    folders.delete(gitDir);
    openCount -= weightOf(folder);
    for (const pack of folder.packs) closePack(pack);
  }

  function closeUnused(since: number): void {
    for (const [gitDir, { usedAt }] of folders) if (usedAt < since) closeFolder(gitDir);
  }

  /** The packs as they are now. What git has replaced is closed, or its bytes would stay on the disk. */
  function look(gitDir: string, now: number): OpenFolder | undefined {
    const path = join(gitDir, "objects", "pack");
    const found = statSync(path, { throwIfNoEntry: false });
    const version = found && `${found.ino} ${found.mtimeMs} ${found.ctimeMs}`;
    let folder = folders.get(gitDir);
    if (folder?.version !== version) {
      closeFolder(gitDir);
      folder = undefined;
    }
    if (version === undefined) return undefined;
    if (folder === undefined) {
      folder = { version, packs: openPacks(path), lookedAt: now, usedAt: now };
      openCount += weightOf(folder);
    }
    folder.lookedAt = now;
    folder.usedAt = now;
    folders.delete(gitDir);
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
    for (const { bytes, index } of packs) {
      const offset = index.find(wanted);
      const object = offset === undefined ? undefined : readPackedObject(bytes, index, offset);
      // Whatever may be wrong with the pack, or with what reads it, git is asked before anybody is told anything.
      if (object !== undefined && hashObject(object.type, object.content) === id) return object;
    }
    return undefined;
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
    forget: closeFolder,
    close() {
      isClosed = true;
      clearInterval(sweeping);
      for (const gitDir of [...folders.keys()]) closeFolder(gitDir);
    },
  };
}

/** Those that can be opened: a repack may take one away between the look and the opening. */
function openPacks(path: string): OpenPack[] {
  const packs: OpenPack[] = [];
  const names = readdirSync(path).filter((name) => name.endsWith(".idx"));
  if (names.length > PACKS_OF_REPOSITORY_MAX) return packs;
  for (const name of names) {
    const pack = openPack(join(path, name.slice(0, -".idx".length)));
    if (pack !== undefined) packs.push(pack);
  }
  return packs;
}

function openPack(path: string): OpenPack | undefined {
  const files: number[] = [];
  try {
    for (const ending of [".pack", ".idx"]) files.push(openSync(`${path}${ending}`, "r"));
    const [file, indexFile] = files as [number, number];
    const index = openPackIndex(indexFile);
    if (index !== undefined) return { file, indexFile, bytes: openPackBytes(file), index };
  } catch {
    // Gone, or the machine has no descriptor left: git will say what it is.
  }
  for (const file of files) closeSync(file);
  return undefined;
}

function closePack({ file, indexFile }: OpenPack): void {
  closeSync(file);
  closeSync(indexFile);
}

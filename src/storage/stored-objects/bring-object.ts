import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Failure } from "../../model/failure.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import type { CachedObject } from "./cached-object.ts";
import { type Section, sectionsInOrder } from "./sections.ts";
import { objectKey } from "./stored-objects.ts";

/** One request each, so many at once. */
const RANGE_BYTES = 8 * 1024 * 1024;
const RANGES_AT_ONCE = 8;
const FILE_MODE = 0o444;
/** Wrong bytes may be a fault on the way. */
const TRIES_MAX = 2;

type Bring = {
  readonly store: ObjectStore;
  readonly object: CachedObject;
  /** Files are written here, named by their endings alone. */
  readonly folder: string;
  readonly signal?: AbortSignal;
};

/**
 * Brings an object from the store, in ranges side by side, and splits it into its files, which are synced. A range that is cut
 * off goes on where it was.
 *
 * @throws NoSuchObjectError
 * @throws Failure unavailable if the bytes are not those that were stored.
 */
export async function bringObject(bring: Bring): Promise<void> {
  const sections = sectionsInOrder(bring.object.sections);
  for (let tries = 1; ; tries += 1) {
    const files = await openFiles(bring.folder, sections);
    try {
      await writeRanges(bring, sections, files);
      if (await areRight(bring.object, sections, files)) {
        for (const file of files) await file.sync();
        return;
      }
    } finally {
      for (const file of files) await file.close();
    }
    if (tries === TRIES_MAX)
      throw new Failure(
        "unavailable",
        `the object store gives other bytes for ${bring.object.name} than were stored`,
      );
  }
}

async function openFiles(folder: string, sections: readonly Section[]): Promise<readonly FileHandle[]> {
  const files: FileHandle[] = [];
  for (const { ending } of sections) {
    const path = join(folder, ending);
    // A second try writes over what the first has left.
    files.push(await open(path, "w+", 0o600));
  }
  return files;
}

async function writeRanges(
  { store, object, signal }: Bring,
  sections: readonly Section[],
  files: readonly FileHandle[],
): Promise<void> {
  const abort = new AbortController();
  const stopped = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  let next = 0;
  const bringRanges = async () => {
    while (next < object.bytes) {
      const first = next;
      const end = Math.min(first + RANGE_BYTES, object.bytes);
      next = end;
      let at = first;
      for (let cuts = 0; at < end; cuts += 1) {
        try {
          const stream = await store.read(objectKey(object.name), { first: at, last: end - 1 }, stopped);
          at = await writeAt(stream, at, sections, files);
        } catch (error) {
          if (!(error instanceof CutOffError) || cuts === CUTS_MAX || stopped.aborted) throw error;
          at = error.at;
        }
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: RANGES_AT_ONCE }, bringRanges));
  } finally {
    // Of one that failed the others are of no use.
    abort.abort();
  }
}

const CUTS_MAX = 8;

/** A stream ended early. `at`: what is before is written. */
class CutOffError extends Error {
  readonly at: number;

  constructor(at: number, cause: unknown) {
    super("the object store has cut an answer off", { cause });
    this.at = at;
  }
}

/** @returns the position behind what was written. @throws CutOffError */
async function writeAt(
  stream: Readable,
  first: number,
  sections: readonly Section[],
  files: readonly FileHandle[],
): Promise<number> {
  let at = first;
  try {
    for await (const chunk of stream) {
      await writeChunk(chunk as Buffer, at, sections, files);
      at += (chunk as Buffer).length;
    }
  } catch (error) {
    // A full disk is not the store's.
    if (error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT"].includes(String(error.code)))
      throw error;
    throw new CutOffError(at, error);
  }
  return at;
}

/** A chunk may have the end of one file and the beginning of the next. */
async function writeChunk(
  chunk: Buffer,
  at: number,
  sections: readonly Section[],
  files: readonly FileHandle[],
): Promise<void> {
  for (const [index, { start, bytes }] of sections.entries()) {
    const from = Math.max(at, start);
    const to = Math.min(at + chunk.length, start + bytes);
    for (let done = from; done < to; ) {
      const { bytesWritten } = await files[index]!.write(chunk, done - at, to - done, done - start);
      done += bytesWritten;
    }
  }
}

async function areRight(
  { bytes, sha256 }: CachedObject,
  sections: readonly Section[],
  files: readonly FileHandle[],
): Promise<boolean> {
  const hash = createHash("sha256");
  let sum = 0;
  for (const [index, section] of sections.entries()) {
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    let position = 0;
    for (;;) {
      const { bytesRead } = await files[index]!.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    if (position !== section.bytes) return false;
    sum += position;
    await files[index]!.chmod(FILE_MODE);
  }
  return sum === bytes && hash.digest().equals(sha256);
}

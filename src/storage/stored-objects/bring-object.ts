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
/** What is written, and read again, at once. */
const WRITE_BYTES = 1024 * 1024;
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
 * Brings an object from the store, in ranges side by side, and splits it into its files. A range that is cut off goes on where it
 * was. Nothing is synced: whoever uses the files first after a restart looks whether they are whole.
 *
 * @throws NoSuchObjectError
 * @throws Failure unavailable if the bytes are not those that were stored.
 */
export async function bringObject(bring: Bring): Promise<void> {
  const sections = sectionsInOrder(bring.object.sections);
  for (let tries = 1; ; tries += 1) {
    const files = await openFiles(bring.folder, sections);
    try {
      const arrived = openArrivals();
      const [, isRight] = await Promise.all([
        writeRanges(bring, sections, files, arrived),
        areRight(bring.object, sections, files, arrived),
      ]);
      if (isRight) return;
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
  arrived: Arrivals,
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
      arrived.add(first, end);
    }
  };
  try {
    await Promise.all(Array.from({ length: RANGES_AT_ONCE }, bringRanges));
  } catch (error) {
    arrived.fail(error);
    throw error;
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
  let held: Buffer[] = [];
  let heldBytes = 0;
  const writeHeld = async () => {
    const [chunks, bytes] = [held, heldBytes];
    [held, heldBytes] = [[], 0];
    await writeChunks(chunks, at, sections, files);
    at += bytes;
  };
  try {
    for await (const chunk of stream) {
      held.push(chunk as Buffer);
      heldBytes += (chunk as Buffer).length;
      if (heldBytes >= WRITE_BYTES) await writeHeld();
    }
    await writeHeld();
  } catch (error) {
    // A full disk is not the store's.
    if (error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT"].includes(String(error.code)))
      throw error;
    throw new CutOffError(at, error);
  }
  return at;
}

/** Chunks may have the end of one file and the beginning of the next. */
async function writeChunks(
  chunks: readonly Buffer[],
  first: number,
  sections: readonly Section[],
  files: readonly FileHandle[],
): Promise<void> {
  for (const [index, { start, bytes }] of sections.entries()) {
    const parts: Buffer[] = [];
    let at = first;
    let from: number | undefined;
    for (const chunk of chunks) {
      const begin = Math.max(at, start);
      const end = Math.min(at + chunk.length, start + bytes);
      if (begin < end) {
        from ??= begin;
        parts.push(chunk.subarray(begin - at, end - at));
      }
      at += chunk.length;
    }
    if (from !== undefined) await writeAll(files[index]!, parts, from - start);
  }
}

async function writeAll(file: FileHandle, parts: readonly Buffer[], position: number): Promise<void> {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const { bytesWritten } = await file.writev(parts, position);
  // A disk that is nearly full takes a part, and tells its error at the next write.
  if (bytesWritten < bytes) {
    const rest = Buffer.concat(parts).subarray(bytesWritten);
    for (let done = 0; done < rest.length; )
      done += (await file.write(rest, done, rest.length - done, position + bytesWritten + done)).bytesWritten;
  }
}

/** What of an object has been written, from its beginning on without a gap. */
type Arrivals = {
  add(first: number, end: number): void;
  fail(error: unknown): void;
  /** Waits until all before `end` is there. @throws what bringing it has failed with. */
  until(end: number): Promise<void>;
};

function openArrivals(): Arrivals {
  const later = new Map<number, number>();
  let end = 0;
  let failure: { readonly error: unknown } | undefined;
  let changed = Promise.withResolvers<void>();
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  return {
    add(first, last) {
      later.set(first, last);
      for (let next = later.get(end); next !== undefined; next = later.get(end)) {
        later.delete(end);
        end = next;
      }
      tell();
    },
    fail(error) {
      failure = { error };
      tell();
    },
    async until(wanted) {
      while (end < wanted) {
        if (failure !== undefined) throw failure.error;
        await changed.promise;
      }
    },
  };
}

/** Reads what has been written, while the rest still comes. */
async function areRight(
  { bytes, sha256 }: CachedObject,
  sections: readonly Section[],
  files: readonly FileHandle[],
  arrived: Arrivals,
): Promise<boolean> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(WRITE_BYTES);
  let sum = 0;
  for (const [index, section] of sections.entries()) {
    for (let position = 0; position < section.bytes; ) {
      const wanted = Math.min(buffer.length, section.bytes - position);
      await arrived.until(section.start + position + wanted);
      const { bytesRead } = await files[index]!.read(buffer, 0, wanted, position);
      if (bytesRead === 0) return false;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
      sum += bytesRead;
    }
    await files[index]!.chmod(FILE_MODE);
  }
  return sum === bytes && hash.digest().equals(sha256);
}

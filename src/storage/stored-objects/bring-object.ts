import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type ObjectStore, ShortObjectError } from "../object-store/object-store.ts";
import type { CachedObject } from "./cached-object.ts";
import { DamagedObjectError } from "./damaged-object-error.ts";
import { type FileHash, openFileHash } from "./file-hash.ts";
import { type Section, sectionsInOrder } from "./sections.ts";
import { objectKey } from "./stored-objects.ts";

/** One request each, so many at once. */
export const RANGE_BYTES = 32 * 1024 * 1024;
const RANGES_AT_ONCE = 4;
/** What is written at once. */
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
 * @throws DamagedObjectError if the bytes are not those that were stored.
 */
export async function bringObject(bring: Bring): Promise<void> {
  const sections = sectionsInOrder(bring.object.sections);
  for (let tries = 1; ; tries += 1) {
    const files = await openFiles(bring.folder, sections);
    let found = "its SHA-256 is another one";
    try {
      if (await bringInto(bring, sections, files)) return;
    } catch (error) {
      if (!(error instanceof ShortObjectError)) throw error;
      found = error.details.reason ?? error.message;
    } finally {
      for (const file of files) await file.close();
    }
    if (tries === TRIES_MAX) throw new DamagedObjectError("the object store", bring.object.name, found);
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

/** @returns whether it was the right content. */
async function bringInto(
  bring: Bring,
  sections: readonly Section[],
  files: readonly FileHandle[],
): Promise<boolean> {
  const { bytes, sha256 } = bring.object;
  const hash = openFileHash(bytes);
  try {
    await writeRanges(bring, sections, files, openArrivals(sections, files, hash));
  } catch (error) {
    // Its files are about to be closed.
    await hash.digest();
    throw error;
  }
  const digest = await hash.digest();
  for (const file of files) await file.chmod(FILE_MODE);
  return digest?.equals(sha256) === true;
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
          at = await writeAt(stream, at, sections, files, arrived);
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
  arrived: Arrivals,
): Promise<number> {
  let at = first;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const writeHeld = async () => {
    const [chunks, bytes] = [held, heldBytes];
    [held, heldBytes] = [[], 0];
    await writeChunks(chunks, at, sections, files);
    arrived.add(at, at + bytes);
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

type Arrivals = {
  /** What is from `first` to before `end` has been written. */
  add(first: number, end: number): void;
};

/** Hashes what has been written, from the beginning on without a gap, while the rest still comes. */
function openArrivals(sections: readonly Section[], files: readonly FileHandle[], hash: FileHash): Arrivals {
  const later = new Map<number, number>();
  let hashed = 0;

  function hashUntil(end: number): void {
    for (const [index, { start, bytes }] of sections.entries()) {
      const from = Math.max(hashed, start);
      const to = Math.min(end, start + bytes);
      if (from < to) hash.update(files[index]!.fd, from - start, to - start);
    }
    hashed = end;
  }

  return {
    add(first, last) {
      if (first === last) return;
      later.set(first, last);
      for (let end = later.get(hashed); end !== undefined; end = later.get(hashed)) {
        later.delete(hashed);
        hashUntil(end);
      }
    },
  };
}

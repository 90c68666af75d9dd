import { type FileHandle, open, readFile } from "node:fs/promises";
import type { ObjectId } from "../../model/object-id.ts";

/** gitformat-pack(5), "Version 2 pack-*.idx files". */
const INDEX_SIGNATURE = 0xff744f63;
const INDEX_VERSION = 2;
const FANOUT_AT = 8;
const IDS_AT = FANOUT_AT + 256 * 4;
const ID_BYTES = 20;
/** gitformat-pack(5), "pack-*.mtimes files have the format": signature, version and hash come first. */
const MTIMES_SIGNATURE = 0x4d544d45;
const MTIMES_AT = 12;

export type PackAges = {
  /** The path of its index. */
  readonly index: string;
  /** The path of the file with the ages of its objects, if it is a pack of unreachable ones. */
  readonly mtimes: string | undefined;
  /** The age of its objects, if there is no such file. */
  readonly madeAt: Date;
};

export type LostObjects = {
  readonly count: number;
  /** Some of them. */
  readonly examples: readonly ObjectId[];
};

const EXAMPLES_MAX = 5;

/**
 * The objects that packs have, and that those which replace them have not, although they are too young to be dropped. Indexes
 * are sorted, so the lists are compared piece by piece, in which all ids begin with the same byte.
 *
 * @param replacing the paths of indexes.
 * @param until objects of that time and earlier may be dropped. Undefined: none may.
 * @throws Error if a file is not of the version that git writes.
 */
export async function findLostObjects(
  replaced: readonly PackAges[],
  replacing: readonly string[],
  until?: Date,
): Promise<LostObjects> {
  const opened: IdList[] = [];
  const openAll = async (paths: readonly string[]) => {
    const lists: IdList[] = [];
    for (const path of paths) {
      const list = await openIdList(path);
      opened.push(list);
      lists.push(list);
    }
    return lists;
  };
  const examples: ObjectId[] = [];
  let count = 0;
  try {
    const before = await openAll(replaced.map(({ index }) => index));
    const after = await openAll(replacing);
    const mayGo = await Promise.all(replaced.map((pack) => openAges(pack, until)));
    for (let byte = 0; byte < 256; byte += 1) {
      const present: Buffer[] = [];
      for (const list of after) present.push(await list.read(byte));
      for (const [number, list] of before.entries())
        for (const [at, id] of missingIn(await list.read(byte), present)) {
          if (mayGo[number]!(list.start(byte) + at)) continue;
          count += 1;
          if (examples.length < EXAMPLES_MAX) examples.push(id);
        }
    }
  } finally {
    for (const list of opened) await list.close();
  }
  return { count, examples };
}

/** The ids of an index. */
type IdList = {
  /** How many are before those that begin with this byte. */
  start(byte: number): number;
  read(byte: number): Promise<Buffer>;
  close(): Promise<void>;
};

async function openIdList(path: string): Promise<IdList> {
  const file = await open(path, "r");
  try {
    const head = await readAt(file, 0, IDS_AT);
    if (head.readUInt32BE(0) !== INDEX_SIGNATURE || head.readUInt32BE(4) !== INDEX_VERSION)
      throw new Error(`${path} is not an index of version ${INDEX_VERSION}`);
    const start = (byte: number) => (byte === 0 ? 0 : head.readUInt32BE(FANOUT_AT + (byte - 1) * 4));
    return {
      start,
      read: (byte) =>
        readAt(file, IDS_AT + start(byte) * ID_BYTES, (start(byte + 1) - start(byte)) * ID_BYTES),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Error("the index of a pack has been cut off");
    done += bytesRead;
  }
  return bytes;
}

/** Tells by its position in the index whether an object may be dropped. */
async function openAges({ mtimes, madeAt }: PackAges, until: Date | undefined) {
  if (until === undefined) return () => false;
  const untilSeconds = Math.floor(until.getTime() / 1000);
  if (mtimes === undefined) {
    const isOld = Math.floor(madeAt.getTime() / 1000) <= untilSeconds;
    return () => isOld;
  }
  const bytes = await readFile(mtimes);
  if (bytes.length < MTIMES_AT || bytes.readUInt32BE(0) !== MTIMES_SIGNATURE || bytes.readUInt32BE(4) !== 1)
    throw new Error(`${mtimes} is not a list of times of version 1`);
  return (position: number) => bytes.readUInt32BE(MTIMES_AT + position * 4) <= untilSeconds;
}

/** The ids that are in none of the other lists, with their positions. All lists are sorted. */
function* missingIn(ids: Buffer, present: readonly Buffer[]): Generator<readonly [number, ObjectId]> {
  const starts = present.map(() => 0);
  for (let at = 0; at < ids.length; at += ID_BYTES) {
    let isThere = false;
    for (let list = 0; list < present.length && !isThere; list += 1) {
      const found = lowerBound(present[list]!, ids, at, starts[list]!);
      starts[list] = found;
      isThere = found < present[list]!.length && compareIds(present[list]!, found, ids, at) === 0;
    }
    if (!isThere) yield [at / ID_BYTES, ids.toString("hex", at, at + ID_BYTES) as ObjectId];
  }
}

/** Where the first id begins, from `start` on, that is not below the one at `at` of `wanted`. */
function lowerBound(ids: Buffer, wanted: Buffer, at: number, start: number): number {
  let low = start / ID_BYTES;
  let high = ids.length / ID_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIds(ids, middle * ID_BYTES, wanted, at) < 0) low = middle + 1;
    else high = middle;
  }
  return low * ID_BYTES;
}

/** Ids of a piece have the same first byte, and the next four nearly always differ. */
function compareIds(a: Buffer, aAt: number, b: Buffer, bAt: number): number {
  return (
    a.readUInt32BE(aAt + 1) - b.readUInt32BE(bAt + 1) ||
    a.compare(b, bAt + 5, bAt + ID_BYTES, aAt + 5, aAt + ID_BYTES)
  );
}

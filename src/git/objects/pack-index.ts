import { fstatSync, readSync } from "node:fs";

/** gitformat-pack(5), "Version 2 pack-*.idx files". */
const SIGNATURE = 0xff744f63;
const VERSION = 2;
const FANOUT_AT = 8;
const FANOUT_BYTES = 256 * 4;
const IDS_AT = FANOUT_AT + FANOUT_BYTES;
const ID_BYTES = 20;
const CHECKSUM_BYTES = 4;
const OFFSET_BYTES = 4;
const LARGE_OFFSET = 0x80000000;
/** The checksums of the pack and of the index itself. */
const TRAILER_BYTES = 2 * 20;
/**
 * Ids read at once, around the position where an id is expected: hashes are spread evenly, so in a pack of a million
 * objects nearly all are no further than that from it.
 */
const IDS_AT_ONCE = 128;
/**
 * An index is held in memory once one in so many of its objects has been looked up: by then all that was read of it
 * has taken as long as to read it whole.
 */
const OBJECTS_PER_LOOKUP = 256;
/** Of all indexes together, some 700,000 objects. Beyond it they are read from the disk. */
const CACHED_BYTES_MAX = 16 * 1024 * 1024;

export type PackIndex = {
  /**
   * Where the object begins in the pack; undefined if the pack does not have it. `id` is 20 bytes.
   *
   * @throws Error if the index cannot be read, or has been cut off.
   */
  find(id: Buffer): number | undefined;
  /** Gives back the memory. The file is its opener's to close. */
  close(): void;
};

/** A part of an index: ids in their order, and in `bytes` from `at` on. */
type Ids = { readonly bytes: Buffer; readonly at: number };

/** Shared by all indexes: nothing is awaited between a read into it and its last use. */
const window = Buffer.allocUnsafe(IDS_AT_ONCE * ID_BYTES);
const WINDOW: Ids = { bytes: window, at: 0 };
let cachedBytes = 0;

/** How much of all indexes is in memory. */
export function cachedIndexBytes(): number {
  return cachedBytes;
}

/**
 * Over an open index file, of which only the fan-out is in memory at first. Undefined for one of another version, or that is not
 * whole.
 *
 * @param cachedBytesMax of all indexes together.
 */
export function openPackIndex(file: number, cachedBytesMax = CACHED_BYTES_MAX): PackIndex | undefined {
  const head = Buffer.alloc(IDS_AT);
  if (readSync(file, head, 0, IDS_AT, 0) !== IDS_AT) return undefined;
  if (head.readUInt32BE(0) !== SIGNATURE || head.readUInt32BE(4) !== VERSION) return undefined;
  const countBelow = (byte: number) => (byte === 0 ? 0 : head.readUInt32BE(FANOUT_AT + (byte - 1) * 4));
  const count = countBelow(256);
  const offsetsAt = IDS_AT + count * (ID_BYTES + CHECKSUM_BYTES);
  const idsBytes = count * ID_BYTES;
  const offsetsBytes = count * OFFSET_BYTES;
  const largeOffsetsAt = offsetsAt + offsetsBytes;
  if (fstatSync(file).size < largeOffsetsAt + TRAILER_BYTES) return undefined;
  for (let byte = 0; byte < 256; byte += 1) if (countBelow(byte) > countBelow(byte + 1)) return undefined;

  let lookupsUntilCached = count / OBJECTS_PER_LOOKUP;
  /** The ids, and behind them the offsets. */
  let cached: Buffer | undefined;

  function readInto(bytes: Buffer, start: number, length: number, at: number): void {
    if (readSync(file, bytes, start, length, at) !== length)
      throw new Error("the index of a pack has been cut off");
  }

  const read = (at: number, bytes: number) => readInto(window, 0, bytes, at);

  function cache(): void {
    // Tried once only: there may be no room.
    lookupsUntilCached = Number.POSITIVE_INFINITY;
    if (cachedBytes + idsBytes + offsetsBytes > cachedBytesMax) return;
    const bytes = Buffer.allocUnsafeSlow(idsBytes + offsetsBytes);
    readInto(bytes, 0, idsBytes, IDS_AT);
    readInto(bytes, idsBytes, offsetsBytes, offsetsAt);
    cached = bytes;
    cachedBytes += bytes.length;
  }

  /** So many ids from a position on. */
  function idsFrom(position: number, size: number): Ids {
    if (cached !== undefined) return { bytes: cached, at: position * ID_BYTES };
    read(IDS_AT + position * ID_BYTES, size * ID_BYTES);
    return WINDOW;
  }

  function offsetOf(position: number): number {
    if (cached === undefined) read(offsetsAt + position * OFFSET_BYTES, OFFSET_BYTES);
    const offset =
      cached === undefined ? window.readUInt32BE(0) : cached.readUInt32BE(idsBytes + position * OFFSET_BYTES);
    if (offset < LARGE_OFFSET) return offset;
    read(largeOffsetsAt + (offset - LARGE_OFFSET) * 8, 8);
    return window.readUInt32BE(0) * 2 ** 32 + window.readUInt32BE(4);
  }

  return {
    find(id) {
      lookupsUntilCached -= 1;
      if (lookupsUntilCached < 0) cache();
      let low = countBelow(id[0]!);
      let high = countBelow(id[0]! + 1);
      // Only the first position is guessed. If someone has chosen ids that lie close together, the rest is a binary search.
      let middle = low + Math.floor(((high - low) * id.readUIntBE(1, 3)) / 2 ** 24);
      while (low < high) {
        const first = Math.max(low, Math.min(middle - IDS_AT_ONCE / 2, high - IDS_AT_ONCE));
        const size = Math.min(IDS_AT_ONCE, high - first);
        const ids = idsFrom(first, size);
        const position = positionOf(ids, id, size);
        if (position < 0) high = first;
        else if (position >= size) low = first + size;
        else return isAt(ids, id, position) ? offsetOf(first + position) : undefined;
        middle = (low + high) >>> 1;
      }
      return undefined;
    },
    close() {
      cachedBytes -= cached?.length ?? 0;
      cached = undefined;
      lookupsUntilCached = Number.POSITIVE_INFINITY;
    },
  };
}

/** Whoever chose the ids so that they begin alike has them compared to their ends. */
function orderAt({ bytes, at }: Ids, id: Buffer, position: number): number {
  const start = at + position * ID_BYTES;
  const order = bytes.readUInt32BE(start) - id.readUInt32BE(0);
  return order === 0 ? bytes.compare(id, 0, ID_BYTES, start, start + ID_BYTES) : order;
}

const isAt = (ids: Ids, id: Buffer, position: number) => orderAt(ids, id, position) === 0;

/** Of the first of so many ids that is not before this one; -1 if it is before all of them. */
function positionOf(ids: Ids, id: Buffer, size: number): number {
  if (orderAt(ids, id, 0) > 0) return -1;
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (orderAt(ids, id, middle) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

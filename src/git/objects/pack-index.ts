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
 * Ids read at once, around the place where an id is to be expected: hashes are spread evenly, so in a pack of a million
 * objects nearly all are no further than that from it.
 */
const IDS_AT_ONCE = 128;

export type PackIndex = {
  /**
   * Where the object begins in the pack; undefined if the pack does not have it. `id` is 20 bytes.
   *
   * @throws Error if the index cannot be read, or has been cut off.
   */
  find(id: Buffer): number | undefined;
};

/** Shared by all indexes: nothing is awaited between a read into it and its last use. */
const window = Buffer.allocUnsafe(IDS_AT_ONCE * ID_BYTES);

/** Over an open index file, of which only the fan-out stays in memory. Undefined for one of another version, or that is not whole. */
export function openPackIndex(file: number): PackIndex | undefined {
  const head = Buffer.alloc(IDS_AT);
  if (readSync(file, head, 0, IDS_AT, 0) !== IDS_AT) return undefined;
  if (head.readUInt32BE(0) !== SIGNATURE || head.readUInt32BE(4) !== VERSION) return undefined;
  const countBelow = (byte: number) => (byte === 0 ? 0 : head.readUInt32BE(FANOUT_AT + (byte - 1) * 4));
  const count = countBelow(256);
  const offsetsAt = IDS_AT + count * (ID_BYTES + CHECKSUM_BYTES);
  const largeOffsetsAt = offsetsAt + count * OFFSET_BYTES;
  if (fstatSync(file).size < largeOffsetsAt + TRAILER_BYTES) return undefined;
  for (let byte = 0; byte < 256; byte += 1) if (countBelow(byte) > countBelow(byte + 1)) return undefined;

  function read(at: number, bytes: number): void {
    if (readSync(file, window, 0, bytes, at) !== bytes)
      throw new Error("the index of a pack has been cut off");
  }

  function offsetOf(place: number): number {
    read(offsetsAt + place * OFFSET_BYTES, OFFSET_BYTES);
    const offset = window.readUInt32BE(0);
    if (offset < LARGE_OFFSET) return offset;
    read(largeOffsetsAt + (offset - LARGE_OFFSET) * 8, 8);
    return window.readUInt32BE(0) * 2 ** 32 + window.readUInt32BE(4);
  }

  return {
    find(id) {
      let low = countBelow(id[0]!);
      let high = countBelow(id[0]! + 1);
      // Only the first place is guessed. Whoever chose the ids so that they lie together gets a search by halves.
      let middle = low + Math.floor(((high - low) * id.readUIntBE(1, 3)) / 2 ** 24);
      while (low < high) {
        const first = Math.max(low, Math.min(middle - IDS_AT_ONCE / 2, high - IDS_AT_ONCE));
        const size = Math.min(IDS_AT_ONCE, high - first);
        read(IDS_AT + first * ID_BYTES, size * ID_BYTES);
        const place = placeOf(id, size);
        if (place < 0) high = first;
        else if (place >= size) low = first + size;
        else return isAt(id, place) ? offsetOf(first + place) : undefined;
        middle = (low + high) >>> 1;
      }
      return undefined;
    },
  };
}

const orderAt = (id: Buffer, place: number) =>
  window.compare(id, 0, ID_BYTES, place * ID_BYTES, (place + 1) * ID_BYTES);

const isAt = (id: Buffer, place: number) => orderAt(id, place) === 0;

/** Of the first of the ids in the window that is not before this one; -1 if it is before all of them. */
function placeOf(id: Buffer, size: number): number {
  if (orderAt(id, 0) > 0) return -1;
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (orderAt(id, middle) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { readSync } from "node:fs";

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
/** Ids read at once: what is read of a pack with half a million objects, which is quicker than to look for less. */
const IDS_AT_ONCE_MAX = 2_048;

export type PackIndex = {
  /** Where the object begins in the pack; undefined if the pack does not have it. `id` is 20 bytes. */
  find(id: Buffer): number | undefined;
};

/** Shared by all indexes: nothing is awaited between a read into it and its last use. */
const window = Buffer.allocUnsafe(IDS_AT_ONCE_MAX * ID_BYTES);

/** Over an open index file, of which only the fan-out stays in memory. Undefined for one of another version. */
export function openPackIndex(file: number): PackIndex | undefined {
  const head = Buffer.alloc(IDS_AT);
  if (readSync(file, head, 0, IDS_AT, 0) !== IDS_AT) return undefined;
  if (head.readUInt32BE(0) !== SIGNATURE || head.readUInt32BE(4) !== VERSION) return undefined;
  const countBelow = (byte: number) => (byte === 0 ? 0 : head.readUInt32BE(FANOUT_AT + (byte - 1) * 4));
  const count = countBelow(256);
  const offsetsAt = IDS_AT + count * (ID_BYTES + CHECKSUM_BYTES);
  const largeOffsetsAt = offsetsAt + count * OFFSET_BYTES;

  function read(at: number, bytes: number): boolean {
    return readSync(file, window, 0, bytes, at) === bytes;
  }

  function offsetOf(place: number): number | undefined {
    if (!read(offsetsAt + place * OFFSET_BYTES, OFFSET_BYTES)) return undefined;
    const offset = window.readUInt32BE(0);
    if (offset < LARGE_OFFSET) return offset;
    if (!read(largeOffsetsAt + (offset - LARGE_OFFSET) * 8, 8)) return undefined;
    return window.readUInt32BE(0) * 2 ** 32 + window.readUInt32BE(4);
  }

  return {
    find(id) {
      let low = countBelow(id[0]!);
      let high = countBelow(id[0]! + 1);
      while (high - low > IDS_AT_ONCE_MAX) {
        const middle = (low + high) >>> 1;
        if (!read(IDS_AT + middle * ID_BYTES, ID_BYTES)) return undefined;
        if (window.compare(id, 0, ID_BYTES, 0, ID_BYTES) > 0) high = middle;
        else low = middle;
      }
      const first = low;
      if (high === first || !read(IDS_AT + first * ID_BYTES, (high - first) * ID_BYTES)) return undefined;
      while (low < high) {
        const middle = (low + high) >>> 1;
        const at = (middle - first) * ID_BYTES;
        const order = window.compare(id, 0, ID_BYTES, at, at + ID_BYTES);
        if (order === 0) return offsetOf(middle);
        if (order > 0) high = middle;
        else low = middle + 1;
      }
      return undefined;
    },
  };
}

import { createHash } from "node:crypto";
import type { ObjectId } from "../../model/object-id.ts";

/** An object of a pack, for its index. */
export type IndexedObject = { readonly id: ObjectId; readonly offset: number; readonly crc: number };

const VERSION = 2;
const ID_BYTES = 20;

/**
 * The index of a pack: gitformat-pack(5), "Version 2 pack-*.idx files". For packs of less than 2 GiB: no offset needs the
 * table of large ones.
 *
 * @param trailer the last bytes of the pack, its checksum.
 */
export function writePackIndex(objects: readonly IndexedObject[], trailer: Buffer): Buffer {
  const sorted = objects.toSorted((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
  const header = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, VERSION]);
  const fanout = Buffer.alloc(256 * 4);
  const ids = Buffer.alloc(sorted.length * ID_BYTES);
  const crcs = Buffer.alloc(sorted.length * 4);
  const offsets = Buffer.alloc(sorted.length * 4);
  const counts = new Array<number>(256).fill(0);
  for (const [index, { id, crc, offset }] of sorted.entries()) {
    ids.write(id, index * ID_BYTES, "hex");
    crcs.writeUInt32BE(crc, index * 4);
    offsets.writeInt32BE(offset, index * 4);
    counts[Number.parseInt(id.slice(0, 2), 16)]! += 1;
  }
  let sum = 0;
  for (const [byte, count] of counts.entries()) {
    sum += count;
    fanout.writeUInt32BE(sum, byte * 4);
  }
  const body = Buffer.concat([header, fanout, ids, crcs, offsets, trailer]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

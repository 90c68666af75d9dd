import { hash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import { TRAILER_BYTES } from "./read-small-pack.ts";
import type { OutsideBase } from "./resolve-small-pack.ts";
import { entryHeader, TYPE_NUMBERS } from "./write-pack.ts";
import type { IndexedObject } from "./write-pack-index.ts";

/**
 * A pack with what its deltas are against added to its end, as git does it for what is called thin: a pack on the disk must
 * be complete in itself.
 */
export function completePack(
  pack: Buffer,
  bases: readonly OutsideBase[],
): { readonly pack: Buffer; readonly added: readonly IndexedObject[] } {
  if (bases.length === 0) return { pack, added: [] };
  const header = Buffer.from(pack.subarray(0, 12));
  header.writeUInt32BE(header.readUInt32BE(8) + bases.length, 8);
  const pieces = [header, pack.subarray(12, -TRAILER_BYTES)];
  const added: IndexedObject[] = [];
  let offset = pack.length - TRAILER_BYTES;
  for (const { id, type, content } of bases) {
    const entry = Buffer.concat([entryHeader(TYPE_NUMBERS[type], content.length), deflateSync(content)]);
    added.push({ id, offset, crc: crc32(entry) });
    pieces.push(entry);
    offset += entry.length;
  }
  const body = Buffer.concat(pieces);
  return { pack: Buffer.concat([body, hash("sha1", body, "buffer")]), added };
}

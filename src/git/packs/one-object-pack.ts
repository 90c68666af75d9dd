import { hash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { ObjectId } from "../../model/object-id.ts";

/** gitformat-pack(5): the type of an annotated tag. */
const TAG_TYPE = 4;

/**
 * A new annotated tag, as the pack that a push of it would bring: so it passes the same checks as everybody's.
 *
 * @param content the object's own bytes, below 2^28 of them.
 */
export function packTag(content: Buffer): { readonly id: ObjectId; readonly pack: Buffer } {
  const object = Buffer.concat([Buffer.from(`tag ${content.length}\0`), content]);
  const header = Buffer.alloc(12);
  header.write("PACK", "latin1");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(1, 8);
  const unsigned = Buffer.concat([header, entryHeader(content.length), deflateSync(content)]);
  const pack = Buffer.concat([unsigned, hash("sha1", unsigned, "buffer")]);
  return { id: hash("sha1", object, "hex") as ObjectId, pack };
}

/** gitformat-pack(5): the type and the lowest four bits of the size, then seven bits a byte while more follow. */
function entryHeader(size: number): Buffer {
  const bytes = [(TAG_TYPE << 4) | (size & 0x0f)];
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

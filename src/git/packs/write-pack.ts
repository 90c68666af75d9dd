import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { createDeflate, deflate } from "node:zlib";
import type { ObjectType } from "../objects/object-type.ts";
import { zlibPieces } from "../objects/zlib-pieces.ts";

/** An object to be packed: its content whole, or in pieces that are asked for when it is its turn. */
export type NewObject = { readonly type: ObjectType } & (
  | { readonly content: Buffer }
  | { readonly size: number; readonly open: () => AsyncIterable<Buffer> }
);

/** gitformat-pack(5). */
export const TYPE_NUMBERS: Record<ObjectType, number> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const deflateWhole = promisify(deflate);

/**
 * New objects as the pack that a push of them would bring: so they pass the same checks as everybody's. It comes as it is
 * read, and nothing that is given in pieces is held.
 *
 * @param objects each id once, at most 2^32 - 1 of them.
 */
export async function* writePack(objects: readonly NewObject[]): AsyncGenerator<Buffer> {
  const digest = createHash("sha1");
  for await (const piece of unsignedPack(objects)) {
    digest.update(piece);
    yield piece;
  }
  yield digest.digest();
}

async function* unsignedPack(objects: readonly NewObject[]): AsyncGenerator<Buffer> {
  const header = Buffer.alloc(12);
  header.write("PACK", "latin1");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  yield header;
  for (const object of objects) {
    const size = "content" in object ? object.content.length : object.size;
    yield entryHeader(TYPE_NUMBERS[object.type], size);
    if ("content" in object) yield await deflateWhole(object.content);
    else yield* deflateStream(object);
  }
}

async function* deflateStream({
  size,
  open,
}: {
  readonly size: number;
  readonly open: () => AsyncIterable<Buffer>;
}): AsyncGenerator<Buffer> {
  let bytes = 0;
  async function* counted() {
    for await (const piece of open()) {
      bytes += piece.length;
      yield piece;
    }
    if (bytes !== size) throw new Error(`an object of ${size} bytes has ${bytes}`);
  }
  yield* zlibPieces(Readable.from(counted()), createDeflate());
}

/** gitformat-pack(5): the type and the lowest four bits of the size, then seven bits a byte while more follow. */
export function entryHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 0x0f)];
  // Not by shifts: those cut a size to 32 bits.
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}

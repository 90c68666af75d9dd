import { createHash, hash } from "node:crypto";
import type { ObjectId } from "../../model/object-id.ts";
import type { ObjectType } from "./object-type.ts";

/** The id that an object of this content has. */
export function hashObject(type: ObjectType, content: Buffer): ObjectId {
  return hash("sha1", Buffer.concat([header(type, content.length), content]), "hex") as ObjectId;
}

/** The same for a content that comes in pieces and has `size` bytes. */
export async function hashStreamedObject(
  type: ObjectType,
  size: number,
  content: AsyncIterable<Buffer>,
): Promise<ObjectId> {
  const digest = createHash("sha1").update(header(type, size));
  for await (const piece of content) digest.update(piece);
  return digest.digest("hex") as ObjectId;
}

function header(type: ObjectType, size: number): Buffer {
  return Buffer.from(`${type} ${size}\0`);
}

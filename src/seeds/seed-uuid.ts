import { hash } from "node:crypto";
import type { Uuid } from "../model/uuid.ts";

/** Of all ids that seeds give. It must never change: tests of others have ids that follow from it. */
const NAMESPACE = Buffer.from("8f0b5b5c3f0f5f4e9d6a4b7a2c1d0e59", "hex");

/** A UUID of version 5 (RFC 9562, section 5.5): the same for the same name, everywhere and always. */
export function seedUuid(name: string): Uuid {
  const bytes = hash("sha1", Buffer.concat([NAMESPACE, Buffer.from(name)]), "buffer").subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    "-",
  ) as Uuid;
}

/**
 * The ids of what is made for one entry. They follow from the name of the entry, such as `repository team/site`, so that no
 * other entry, and no order of entries, changes them.
 */
export function seedUuids(entry: string): () => Uuid {
  let made = 0;
  return () => {
    made += 1;
    return seedUuid(`${entry} ${made}`);
  };
}

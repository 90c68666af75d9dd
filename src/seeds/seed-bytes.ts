import { hash } from "node:crypto";

/**
 * Bytes that follow from the name of an entry, in place of random ones: for ids that everybody may see, and for nothing that
 * must not be guessed.
 */
export function seedBytes(entry: string): (length: number) => Buffer {
  let taken = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let size = 0; size < length; size += 32) {
      taken += 1;
      blocks.push(hash("sha256", `pail seed bytes ${taken} ${entry}`, "buffer"));
    }
    return Buffer.concat(blocks).subarray(0, length);
  };
}

import type { Hash } from "node:crypto";
import { readSync } from "node:fs";

const READ_BYTES = 1024 * 1024;
let buffer: Buffer | undefined;

/**
 * Hashes the bytes from `first` to before `end` of an open file, which are there already.
 *
 * @returns false if the file ends before.
 */
export function hashFilePart(hash: Hash, fd: number, first: number, end: number): boolean {
  buffer ??= Buffer.allocUnsafeSlow(READ_BYTES);
  for (let at = first; at < end; ) {
    const bytesRead = readSync(fd, buffer, 0, Math.min(READ_BYTES, end - at), at);
    if (bytesRead === 0) return false;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return true;
}

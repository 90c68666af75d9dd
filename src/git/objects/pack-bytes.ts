import { readSync } from "node:fs";

/** Read at once: the commits of a page lie next to each other in a pack, and one read has most of them. */
const READ_AHEAD_BYTES = 16 * 1024;

/** The bytes of an open pack. */
export type PackBytes = {
  /**
   * At least `wanted` bytes from `at` on, unless the pack ends before. They are valid until the next read of any pack.
   * `wanted` is `READ_BYTES_MAX` at most.
   */
  read(at: number, wanted: number): Buffer;
};

/** Enough for an object of 64 KiB that zlib could not make smaller. */
export const READ_BYTES_MAX = 128 * 1024;

/** Shared by all packs, so that it is small however many are open: nothing is awaited between a read and its last use. */
const window = Buffer.allocUnsafe(READ_BYTES_MAX);
let owner: PackBytes | undefined;
let start = 0;
let filled = 0;

/** What has been read stays good as long as the file is open: a pack is never written to, only replaced by another file. */
export function openPackBytes(file: number): PackBytes {
  const bytes: PackBytes = {
    read(at, wanted) {
      if (owner !== bytes || at < start || at + wanted > start + filled) {
        // Nobody's until it is filled: a read that fails may have written a part.
        owner = undefined;
        filled = readSync(file, window, 0, Math.max(wanted, READ_AHEAD_BYTES), at);
        start = at;
        owner = bytes;
      }
      return window.subarray(at - start, filled);
    },
  };
  return bytes;
}

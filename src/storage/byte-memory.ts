import { LRUCache } from "lru-cache";

/** Bytes that can be made anew at any time: the least recently used are dropped when there is no more room. */
export type ByteMemory = {
  find(key: string): Buffer | undefined;
  keep(key: string, bytes: Buffer): void;
};

/** What an entry takes beside its bytes and its key. Estimated. */
const ENTRY_BYTES = 256;
/** One entry may take this part of the room. */
const ENTRY_SHARE = 1 / 8;

export function openByteMemory(bytesMax: number): ByteMemory {
  const kept = new LRUCache<string, Buffer>({
    maxSize: bytesMax,
    maxEntrySize: Math.floor(bytesMax * ENTRY_SHARE),
    sizeCalculation: (bytes, key) => bytes.length + 2 * key.length + ENTRY_BYTES,
  });
  return { find: (key) => kept.get(key), keep: (key, bytes) => void kept.set(key, bytes) };
}

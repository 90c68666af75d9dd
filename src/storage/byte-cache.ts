import { LRUCache } from "lru-cache";

/** Bytes that can be made anew at any time: the least recently used are dropped when there is no more room. */
export type ByteCache = {
  find(key: string): Buffer | undefined;
  put(key: string, bytes: Buffer): void;
};

/** What an entry takes beside its bytes and its key. Estimated. */
const ENTRY_BYTES = 256;
/** One entry may take this part of the room. */
const ENTRY_SHARE = 1 / 8;

export function openByteCache(bytesMax: number): ByteCache {
  const entries = new LRUCache<string, Buffer>({
    maxSize: bytesMax,
    maxEntrySize: Math.floor(bytesMax * ENTRY_SHARE),
    sizeCalculation: (bytes, key) => bytes.length + 2 * key.length + ENTRY_BYTES,
  });
  return { find: (key) => entries.get(key), put: (key, bytes) => void entries.set(key, bytes) };
}

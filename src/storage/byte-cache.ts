import { LRUCache } from "lru-cache";

/** Caches bytes that can be computed again at any time: the least recently used are dropped when the cache is full. */
export type ByteCache = {
  find(key: string): Buffer | undefined;
  put(key: string, bytes: Buffer): void;
  clear(): void;
};

/** The memory that an entry needs beside its bytes and its key. Estimated. */
const ENTRY_BYTES = 256;
/** The largest share of the cache for one entry. */
const ENTRY_SHARE = 1 / 8;

export function openByteCache(bytesMax: number): ByteCache {
  const entries = new LRUCache<string, Buffer>({
    maxSize: bytesMax,
    maxEntrySize: Math.floor(bytesMax * ENTRY_SHARE),
    sizeCalculation: (bytes, key) => bytes.length + 2 * key.length + ENTRY_BYTES,
  });
  return {
    find: (key) => entries.get(key),
    put: (key, bytes) => void entries.set(key, bytes),
    clear: () => entries.clear(),
  };
}

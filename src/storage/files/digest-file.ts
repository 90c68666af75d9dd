import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";

/** The digest of a file's content. */
export type FileDigest = {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Whether its last 20 bytes are the SHA-1 of all bytes before. See `hasTrailer`. */
  readonly isTrailerRight: boolean;
};

const CHUNK_BYTES = 1024 * 1024;
/** The length of a SHA-1. */
export const TRAILER_BYTES = 20;

/**
 * Whether files with this name end with a checksum of themselves: gitformat-pack(5), gitformat-commit-graph(5). Such a
 * file shows by itself that it was cut off or damaged.
 */
export function hasTrailer(path: string): boolean {
  return /\/pack-[^/]*\.(?:pack|idx|rev|bitmap|mtimes)$|\/commit-graph$/.test(path);
}

/** Reads the whole file. */
export async function digestFile(path: string): Promise<FileDigest> {
  const file = await open(path, "r");
  try {
    const sha256 = createHash("sha256");
    const sha1 = createHash("sha1");
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    // The last bytes that were read, which may be the trailer.
    let end = Buffer.alloc(0);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      sha256.update(chunk);
      const unhashed = Buffer.concat([end, chunk]);
      const cut = Math.max(0, unhashed.length - TRAILER_BYTES);
      sha1.update(unhashed.subarray(0, cut));
      end = unhashed.subarray(cut);
      bytes += bytesRead;
    }
    const isTrailerRight = bytes > TRAILER_BYTES && sha1.digest().equals(end);
    return { bytes, sha256: sha256.digest("hex"), isTrailerRight };
  } finally {
    await file.close();
  }
}

/** The size and the last bytes of a file. For files that end with their checksum, these identify the content. */
export type FileEnd = { readonly bytes: number; readonly end: Buffer };

export async function readFileEnd(path: string): Promise<FileEnd> {
  const file = await open(path, "r");
  try {
    return await readEndOf(file);
  } finally {
    await file.close();
  }
}

async function readEndOf(file: FileHandle): Promise<FileEnd> {
  const { size } = await file.stat();
  const length = Math.min(size, TRAILER_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return { bytes: size, end: buffer.subarray(0, bytesRead) };
}

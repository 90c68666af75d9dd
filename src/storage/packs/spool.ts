import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Uuid } from "../../model/uuid.ts";
import type { PackStore } from "./pack-store.ts";

/** A content in a spool. `size` is in bytes. */
export type Spooled = { readonly start: number; readonly size: number };

/**
 * One file for contents whose size is known only when they have arrived completely. It lies in the staging folder and
 * is removed with it.
 */
export type Spool = {
  /** Appends a content. One call at a time. */
  add(content: AsyncIterable<Buffer>): Promise<Spooled>;
  read(spooled: Spooled): AsyncIterable<Buffer>;
  close(): Promise<void>;
};

export async function openSpool(folder: string): Promise<Spool> {
  const file = await open(join(folder, "spool"), "wx+", 0o600);
  let end = 0;
  return {
    async add(content) {
      const start = end;
      for await (const piece of content) {
        await writeWhole(file, piece, end);
        end += piece.length;
      }
      return { start, size: end - start };
    },
    read: (spooled) => readPieces(file, spooled),
    close: () => file.close(),
  };
}

/** A spool beside a repository, for as long as `work` takes. */
export async function withSpool<T>(
  packs: Pick<PackStore, "openQuarantine">,
  repository: Uuid,
  work: (spool: Spool) => Promise<T>,
): Promise<T> {
  const waiting = await packs.openQuarantine(repository);
  try {
    const spool = await openSpool(waiting.folder);
    try {
      return await work(spool);
    } finally {
      await spool.close();
    }
  } finally {
    await waiting.discard();
  }
}

const PIECE_BYTES = 64 * 1024;

/** Not by streams: each would add a listener to the file, and there may be thousands. */
async function* readPieces(file: FileHandle, { start, size }: Spooled): AsyncGenerator<Buffer> {
  for (let done = 0; done < size; ) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - done));
    const { bytesRead } = await file.read(piece, 0, piece.length, start + done);
    if (bytesRead === 0) throw new Error(`a spool ends ${size - done} bytes early`);
    done += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** Writes all bytes: a nearly full disk accepts some of them, and refuses the next write. */
async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
}

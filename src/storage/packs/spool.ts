import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";

/** A content in a spool. `size` is in bytes. */
export type Spooled = { readonly start: number; readonly size: number };

/**
 * One file for contents whose size is known only when they have come whole. It lies where what is unfinished lies, and goes
 * away with it.
 */
export type Spool = {
  /** Writes a content behind the others. One at a time. */
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
    read({ start, size }) {
      if (size === 0) return Readable.from([]);
      return file.createReadStream({ start, end: start + size - 1, autoClose: false });
    },
    close: () => file.close(),
  };
}

/** A disk that is nearly full takes a part, and refuses the next. */
async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
}

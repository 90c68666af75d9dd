import { read as readCallback } from "node:fs";
import { promisify } from "node:util";
import type { ResponseContent } from "./fetch-responses.ts";

const readAt = promisify(readCallback);

/** What is known of a file that others may still write. */
export type Growth = {
  /** Of the whole; undefined while it is being written. */
  readonly sizeBytes: number | undefined;
  hasEnded(): boolean;
  /** Resolves when there may be more to read, or it has ended. */
  more(): Promise<void>;
};

/** Reads an open file (a descriptor) from its beginning. `leave` is called when it is not used any more: once. */
export function openFileContent(file: number, growth: Growth, leave: () => void): ResponseContent {
  let position = 0;
  let isReading = false;
  let isClosed = false;
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<void>();

  async function readOnce(buffer: Buffer): Promise<number> {
    isReading = true;
    try {
      return (await readAt(file, buffer, 0, buffer.length, position)).bytesRead;
    } finally {
      isReading = false;
      if (isClosed) leave();
    }
  }

  return {
    sizeBytes: growth.sizeBytes,
    async read(buffer) {
      while (!isClosed) {
        // Asked before the file is read: what was written by then is in it.
        const hadEnded = growth.hasEnded();
        const bytesRead = await readOnce(buffer);
        position += bytesRead;
        if (bytesRead > 0 || hadEnded) return bytesRead;
        await Promise.race([growth.more(), closed]);
      }
      return 0;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      tellClosed();
      if (!isReading) leave();
    },
  };
}

import { read as readCallback, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import type { ResponseContent } from "./fetch-responses.ts";

/*
 * What is in the page cache is read at once, without a thread of its own: a third less of the processor for a large response
 * (measured: 108 against 138 ms for 300 MB), and no thread to wait for where the processors are few. A disk that keeps this
 * thread waiting does so once in READ_AHEAD_BYTES.
 */
const readAt = promisify(readCallback);
/** A read that takes longer has waited for the disk. */
const DISK_MS = 2;
/** After such a read, this much is read by threads, while the system reads ahead. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;
/**
 * How much is read before others have their turn: a client on the same machine could otherwise read a whole response in
 * one.
 */
const TURN_BYTES = 1024 * 1024;

/** The state of a file that may still be written by others. */
export type Growth = {
  /** The size of the whole file; undefined while it is being written. */
  readonly sizeBytes: number | undefined;
  /** Whether its beginning was read or written lately. If not, the file is assumed to be on the disk only. */
  readonly isInMemory: boolean;
  hasEnded(): boolean;
  /** Resolves when there may be more to read, or the writer has ended. */
  more(): Promise<void>;
};

/** Reads an open file (a descriptor) from its beginning. `leave` is called once, when the file is no longer used. */
export function openFileContent(file: number, growth: Growth, leave: () => void): ResponseContent {
  let position = 0;
  let isReading = false;
  let isClosed = false;
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<void>();

  /** How much to read by threads before the next read without one. */
  let threadBytesLeft = growth.isInMemory ? 0 : 1;
  let turnBytes = 0;

  async function readOnce(buffer: Buffer): Promise<number> {
    if (threadBytesLeft <= 0 && turnBytes < TURN_BYTES) return readAtOnce(buffer);
    isReading = true;
    try {
      if (threadBytesLeft <= 0) {
        turnBytes = 0;
        await setImmediate();
        return isClosed ? 0 : readAtOnce(buffer);
      }
      const { bytesRead } = await readAt(file, buffer, 0, buffer.length, position);
      threadBytesLeft -= bytesRead;
      return bytesRead;
    } finally {
      isReading = false;
      if (isClosed) leave();
    }
  }

  function readAtOnce(buffer: Buffer): number {
    const started = performance.now();
    const bytesRead = readSync(file, buffer, 0, buffer.length, position);
    turnBytes += bytesRead;
    if (performance.now() - started > DISK_MS) threadBytesLeft = READ_AHEAD_BYTES;
    return bytesRead;
  }

  return {
    sizeBytes: growth.sizeBytes,
    async read(buffer) {
      while (!isClosed) {
        // Asked before the file is read, so that everything written until then is in the file.
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

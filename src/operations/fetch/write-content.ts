import type { Writable } from "node:stream";
import { openBufferPool } from "./buffer-pool.ts";
import type { FetchContent } from "./fetch-answer.ts";

/** Measured: smaller buffers cost more calls, and two larger ones do not fit into the processor's own cache. */
const LARGE_BYTES = 256 * 1024;
/** For clients that take longer for a large buffer than a disk does to read it: there may be hundreds of them. */
const SMALL_BYTES = 32 * 1024;
/** Large buffers in use at once: 16 MiB in all. Beyond that, clients get small ones. */
const LARGE_USED_MAX = 64;
/** Idle buffers that are not freed: enough for a few clients. */
const IDLE_MAX = 8;
/** A client for which a write has to wait this long is slow. */
const SLOW_MS = 100;
/**
 * It counts as quick again after so many bytes without such a wait: more than a connection accepts at once after it was
 * full.
 */
const QUICK_BYTES = 4 * 1024 * 1024;

const largeBuffers = openBufferPool(LARGE_BYTES, { usedMax: LARGE_USED_MAX, idleMax: IDLE_MAX });
const smallBuffers = openBufferPool(SMALL_BYTES, { usedMax: Number.POSITIVE_INFINITY, idleMax: IDLE_MAX });

type Piece = { readonly bytes: Buffer; giveBack(): void; forget(): void };

/**
 * Writes the content to a client, and closes it. While the client takes one piece the next one is read; no more of it
 * is in memory. Does not end the target.
 *
 * @param signal aborted when the client has disconnected: then this resolves before the end.
 * @param onBytes called for each piece that the connection has taken.
 * @throws the error of reading.
 */
export async function writeContent(
  target: Writable,
  content: FetchContent,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<void> {
  let quickBytes = QUICK_BYTES;
  const readOn = () => readPiece(content, quickBytes >= QUICK_BYTES);
  let ahead: Promise<Piece> | undefined;
  let tellGone = () => {};
  const onGone = () => {
    // This also ends a read that waits for more.
    content.close();
    tellGone();
  };
  signal.addEventListener("abort", onGone, { once: true });
  if (signal.aborted) onGone();
  /** @returns false if the client has disconnected before the connection has taken everything. */
  const write = (bytes: Buffer) =>
    new Promise<boolean>((resolve) => {
      tellGone = () => resolve(false);
      target.write(bytes, (error) => resolve(error === undefined || error === null));
    });
  try {
    for (;;) {
      const piece = await (ahead ?? readOn());
      ahead = undefined;
      if (piece.bytes.length === 0 || signal.aborted) return piece.giveBack();
      const started = performance.now();
      const written = write(piece.bytes);
      if (quickBytes >= QUICK_BYTES) ahead = readOn();
      // It may fail before anything waits for it.
      ahead?.catch(() => {});
      // The connection may still read from a buffer whose write it has not acknowledged.
      if (!(await written)) return piece.forget();
      onBytes(piece.bytes.length);
      quickBytes = performance.now() - started > SLOW_MS ? 0 : quickBytes + piece.bytes.length;
      piece.giveBack();
    }
  } finally {
    content.close();
    void ahead?.then((piece) => piece.giveBack()).catch(() => {});
  }
}

async function readPiece(content: FetchContent, isQuick: boolean): Promise<Piece> {
  const large = isQuick ? largeBuffers.take() : undefined;
  const pool = large === undefined ? smallBuffers : largeBuffers;
  const buffer = large ?? smallBuffers.take()!;
  try {
    const length = await content.read(buffer);
    return {
      bytes: buffer.subarray(0, length),
      giveBack: () => pool.giveBack(buffer),
      forget: () => pool.forget(),
    };
  } catch (error) {
    pool.giveBack(buffer);
    throw error;
  }
}

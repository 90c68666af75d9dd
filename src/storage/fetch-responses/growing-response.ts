import { close, fstatSync, read } from "node:fs";
import { Readable } from "node:stream";
import type { ResponseWriter } from "./fetch-responses.ts";

const READ_BYTES = 512 * 1024;
/** A reader at the end of a file that still grows looks again after this time. */
const LOOK_MS = 2;

/** A file that one writes and any number read from its beginning, each at its own pace, while it is written. */
export type GrowingResponse = {
  /** Resolves when the writer has begun. */
  readonly started: Promise<void>;
  /** Whether it has become whole. */
  readonly ended: Promise<boolean>;
  /** Counts a reader, who must open a stream or leave. */
  enter(): void;
  leave(): void;
  /** For a reader who has entered: the stream's end or destruction is the leaving. */
  openContent(): Readable;
  /** Says that no reader will enter any more. Without it the file stays open. */
  release(): void;
};

/**
 * Starts a writer into the open file. The file is closed when the writer and all readers have left it. A writer that
 * nobody reads from any more is stopped, and `onUnwanted` told before: nobody should enter then.
 */
export function growResponse(
  file: number,
  startWriter: (file: number, isUnwanted: AbortSignal) => Promise<ResponseWriter>,
  onUnwanted: () => void,
): GrowingResponse {
  const unwanted = new AbortController();
  const waiting = new Set<() => void>();
  let readers = 0;
  let hasEnded = false;
  let isReleased = false;
  let sizeSeen = 0;
  let timer: NodeJS.Timeout | undefined;

  const writer = startWriter(file, unwanted.signal);
  const ended = writer.then(
    async (started) => {
      unwanted.signal.addEventListener("abort", started.stop, { once: true });
      if (unwanted.signal.aborted) started.stop();
      return started.ended;
    },
    () => false,
  );
  void ended.then(() => {
    hasEnded = true;
    wake();
    closeIfLeft();
  });

  function wake(): void {
    clearTimeout(timer);
    timer = undefined;
    const readersAtEnd = [...waiting];
    waiting.clear();
    for (const goOn of readersAtEnd) goOn();
  }

  /** One timer for all readers that are at the end: the writer is another process, and says nothing of its progress. */
  function look(): void {
    timer = undefined;
    const { size } = fstatSync(file);
    if (size > sizeSeen) {
      sizeSeen = size;
      wake();
    } else if (waiting.size > 0) timer = setTimeout(look, LOOK_MS);
  }

  function closeIfLeft(): void {
    if (readers > 0) return;
    if (hasEnded) {
      if (isReleased) close(file, () => {});
    } else if (!unwanted.signal.aborted) {
      onUnwanted();
      unwanted.abort(new Error("nobody waits for the response any more"));
    }
  }

  function leave(): void {
    readers -= 1;
    closeIfLeft();
  }

  function openContent(): Readable {
    let position = 0;
    let underWay = false;
    return new Readable({
      highWaterMark: READ_BYTES,
      read() {
        const readOn = () => {
          if (this.destroyed) return;
          // Asked before the file is read: what was written by then is in it.
          const wasEnded = hasEnded;
          underWay = true;
          read(file, Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position, (error, bytesRead, bytes) => {
            underWay = false;
            if (this.destroyed) return leave();
            if (error !== null) return void this.destroy(error);
            if (bytesRead > 0) {
              position += bytesRead;
              this.push(bytes.subarray(0, bytesRead));
            } else if (wasEnded) this.push(null);
            else if (hasEnded) readOn();
            else {
              waiting.add(readOn);
              timer ??= setTimeout(look, LOOK_MS);
            }
          });
        };
        readOn();
      },
      destroy(error, done) {
        // A read that is under way still has the file: it leaves when it has ended.
        if (!underWay) leave();
        done(error);
      },
    });
  }

  const started = writer.then(() => {});
  // Who waits for it may come later than its failure.
  started.catch(() => {});
  return {
    started,
    ended,
    enter() {
      readers += 1;
    },
    leave,
    openContent,
    release() {
      isReleased = true;
      closeIfLeft();
    },
  };
}

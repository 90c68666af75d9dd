import { close, fstatSync } from "node:fs";
import type { ResponseContent, ResponseWriter } from "./fetch-responses.ts";
import { openFileContent } from "./file-content.ts";
import type { WriterClaim } from "./writer-claim.ts";

/** A reader at the end of a file that still grows looks again after this time. */
const LOOK_MS = 2;
/** A writer whose file is read by other processes only is looked at again after this time. */
const OTHER_READERS_LOOK_MS = 1_000;

/** A file that one writes and any number read from its beginning, each at its own pace, while it is written. */
export type GrowingResponse = {
  /** Resolves when the writer has begun. */
  readonly started: Promise<void>;
  /** Whether it has become complete. */
  readonly ended: Promise<boolean>;
  /** Counts a reader, who must open the content or leave. @returns false if it is too late: the file is closed. */
  enter(): boolean;
  leave(): void;
  /** For a reader who has entered: closing it is the leaving. */
  openContent(): ResponseContent;
  /** Says that no reader will enter any more. Without it the file stays open. */
  release(): void;
};

/** Readers of other processes. */
export type OtherReaders = Pick<WriterClaim, "announce" | "withdraw" | "isReadElsewhere">;

/**
 * Starts a writer into the open file. The file is closed when the writer and all readers have left it. A writer that
 * nobody reads from any more is stopped, and `onUnwanted` told before: nobody should enter then.
 */
export function growResponse(
  file: number,
  startWriter: (file: number, isUnwanted: AbortSignal) => Promise<ResponseWriter>,
  onUnwanted: () => void,
  others?: OtherReaders,
): GrowingResponse {
  const unwanted = new AbortController();
  const waiting = new Set<() => void>();
  let readers = 0;
  let hasEnded = false;
  let isReleased = false;
  let isClosed = false;
  let isStopping = false;
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
    if (!hasEnded) void stopUnlessRead();
    else if (isReleased && !isClosed) {
      isClosed = true;
      close(file, () => {});
    }
  }

  /** Unless somebody comes meanwhile, or reads it in another process. */
  async function stopUnlessRead(): Promise<void> {
    if (isStopping || unwanted.signal.aborted) return;
    isStopping = true;
    await others?.withdraw();
    isStopping = false;
    if (hasEnded) return;
    const isReadElsewhere = others?.isReadElsewhere() === true;
    if (readers > 0 || isReadElsewhere) {
      if (isReadElsewhere) setTimeout(closeIfLeft, OTHER_READERS_LOOK_MS).unref();
      await others?.announce();
      return;
    }
    onUnwanted();
    unwanted.abort(new Error("nobody waits for the response any more"));
  }

  function leave(): void {
    readers -= 1;
    closeIfLeft();
  }

  const growth = {
    sizeBytes: undefined,
    isInMemory: true,
    hasEnded: () => hasEnded,
    more: () =>
      new Promise<void>((resolve) => {
        if (hasEnded) return resolve();
        waiting.add(resolve);
        timer ??= setTimeout(look, LOOK_MS);
      }),
  };
  const started = writer.then(() => {});
  // Who waits for it may come later than its failure.
  started.catch(() => {});
  return {
    started,
    ended,
    enter() {
      if (!isClosed) readers += 1;
      return !isClosed;
    },
    leave,
    openContent: () => openFileContent(file, growth, leave),
    release() {
      isReleased = true;
      closeIfLeft();
    },
  };
}

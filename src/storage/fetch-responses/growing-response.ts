import { close, fstatSync } from "node:fs";
import type { ResponseContent, ResponseWriter } from "./fetch-responses.ts";
import { openFileContent } from "./file-content.ts";
import type { WriterClaim } from "./writer-claim.ts";

/** How often a reader at the end of a growing file looks for more. */
const LOOK_MS = 2;
/** How often to look whether other processes read the file, if no reader of this process does. */
const OTHER_READERS_LOOK_MS = 1_000;

/** A file that one process writes while any number of readers read it from its beginning, each at its own speed. */
export type GrowingResponse = {
  /** Resolves when the first bytes have been written. */
  readonly started: Promise<void>;
  /** Whether the response is complete. */
  readonly ended: Promise<boolean>;
  /**
   * Registers a reader, who must then open the content or leave. @returns false if it is too late: the file is closed.
   */
  enter(): boolean;
  leave(): void;
  /** For a registered reader; closing the content also unregisters the reader. */
  openContent(): ResponseContent;
  /** To be called when no more readers will register. Without this call the file stays open. */
  release(): void;
};

/** Readers in other processes. */
export type OtherReaders = Pick<WriterClaim, "announce" | "withdraw" | "isReadElsewhere">;

/**
 * Starts a writer into the open file. The file is closed when the writer and all readers have left it. A writer without
 * readers is stopped; `onUnwanted` is called before, and no reader should register after that.
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

  /**
   * One timer for all readers that are at the end: the writer is another process, which does not report its progress.
   */
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

  /** Stops the writer unless a reader arrives meanwhile, in this process or another. */
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
  // A failure may come before anybody waits for it.
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

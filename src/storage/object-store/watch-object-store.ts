import type { Logger } from "pino";
import { Failure } from "../../model/failure.ts";
import { type ObjectStore, ShortObjectError } from "./object-store.ts";

export type WatchedObjectStore = {
  readonly store: ObjectStore;
  /** Of bytes that the store did not give, since the start. */
  counts(): { readonly failedReads: number };
};

/**
 * The same store, whose outages are in the log: a line when a request has failed after all its tries, and one when the next is
 * answered, however many fail between them.
 */
export function watchObjectStore(store: ObjectStore, log: Logger): WatchedObjectStore {
  let isAway = false;
  let failedReads = 0;

  function noteAnswer(): void {
    if (!isAway) return;
    isAway = false;
    log.info({ "store.url": store.url }, "the object store answers again");
  }

  function noteError(error: unknown): void {
    if (isAway || !isOutage(error)) return;
    isAway = true;
    const { reason } = error.details;
    log.warn({ "store.url": store.url, "failure.reason": reason }, "the object store does not answer");
  }

  async function watch<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      noteAnswer();
      return value;
    } catch (error) {
      noteError(error);
      throw error;
    }
  }

  function watchRead<T>(answer: Promise<T>): Promise<T> {
    return watch(answer).catch(countFailedRead);
  }

  function countFailedRead(error: unknown): never {
    if (isOutage(error)) failedReads += 1;
    throw error;
  }

  async function* watchPages<Page>(pages: AsyncIterable<Page>): AsyncIterable<Page> {
    try {
      for await (const page of pages) {
        noteAnswer();
        yield page;
      }
    } catch (error) {
      noteError(error);
      throw error;
    }
  }

  return {
    store: {
      ...store,
      async prepareUpload(key, bytes, signature) {
        // Without parts nothing is asked of the store yet.
        const prepared = await store.prepareUpload(key, bytes, signature).catch((error: unknown) => {
          noteError(error);
          throw error;
        });
        return {
          uploadId: prepared.uploadId,
          send: (source, signal) => watch(prepared.send(source, signal)),
        };
      },
      async read(key, range, signal) {
        const stream = await watchRead(store.read(key, range, signal));
        return stream.once("error", (error) => {
          noteError(error);
          if (isOutage(error)) failedReads += 1;
        });
      },
      readBytes: (key, range, signal) => watchRead(store.readBytes(key, range, signal)),
      findBytes: (key) => watch(store.findBytes(key)),
      write: (key, content) => watch(store.write(key, content)),
      delete: (key) => watch(store.delete(key)),
      abortUpload: (key, uploadId) => watch(store.abortUpload(key, uploadId)),
      list: (prefix) => watchPages(store.list(prefix)),
      listUploads: (prefix) => watchPages(store.listUploads(prefix)),
    },
    counts: () => ({ failedReads }),
  };
}

/** An object that is not there, or is shorter than it was, is an answer, and so is a refusal of what was asked. */
function isOutage(error: unknown): error is Failure {
  return error instanceof Failure && error.kind === "unavailable" && !(error instanceof ShortObjectError);
}

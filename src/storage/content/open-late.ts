import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Opens something when it is first needed, and once; after a failure whoever needs it next tries again. That may be within a
 * transaction, of which what is opened knows nothing.
 */
export function openLate<T>(open: () => Promise<T>): () => Promise<T> {
  const outside = AsyncLocalStorage.snapshot();
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= outside(open).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

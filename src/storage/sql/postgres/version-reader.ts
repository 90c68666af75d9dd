/**
 * Reads the version of a database for many requests: one question at a time, for all requests that arrived before it
 * was sent. So an answer is never older than the request that waits for it.
 *
 * In PostgreSQL the version is the snapshot that a statement sees: which transactions are committed. The same snapshot
 * shows the same rows, and no snapshot returns while a server runs, since transaction ids only rise. The server's start
 * time is part of the version.
 */
export function openVersionReader(ask: () => Promise<string>): () => Promise<string> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<string> | undefined;

  async function askAfter(previous: Promise<unknown>): Promise<string> {
    await previous;
    // This question is for all requests that arrive in this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    next = undefined;
    return ask();
  }

  return () => {
    if (next === undefined) {
      next = askAfter(last);
      last = next.catch(() => {});
    }
    return next;
  };
}

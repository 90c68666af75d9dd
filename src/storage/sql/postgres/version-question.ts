/**
 * The version of a database that many ask for: one question at a time, for all who have come before it was sent. So an answer is
 * never older than the request that waits for it.
 *
 * In PostgreSQL it is the snapshot that a statement sees: which transactions are committed. The same snapshot shows the same
 * rows, and none ever comes again, since numbers of transactions only rise while a server runs: when it started is told with it.
 */
export function openVersionQuestion(ask: () => Promise<string>): () => Promise<string> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<string> | undefined;

  async function askAfter(previous: Promise<unknown>): Promise<string> {
    await previous;
    // All that has come in this turn of the event loop is to be asked for by this question.
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

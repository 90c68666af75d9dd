/**
 * Works on all values, on so many at once, taking the next one when it has ended with one. The first error ends it.
 *
 * @param work gets a signal that is aborted when another one has failed, or by `outer`.
 */
export async function atOnce<T>(
  values: Iterable<T>,
  count: number,
  work: (value: T, signal: AbortSignal) => Promise<void>,
  outer?: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  const waiting = values[Symbol.iterator]();
  const workOn = async () => {
    try {
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        signal.throwIfAborted();
        await work(next.value, signal);
      }
    } catch (error) {
      stop.abort(error);
    }
  };
  try {
    await Promise.all(Array.from({ length: count }, workOn));
    signal.throwIfAborted();
  } finally {
    waiting.return?.();
  }
}

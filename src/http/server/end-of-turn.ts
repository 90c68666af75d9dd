/** No answer that is ready waits longer than this, and the work of the request that is handled then. */
const WAIT_MS_MAX = 1;

let waiting: (() => void)[] = [];
let firstAt = 0;

/**
 * Resolves at the end of this turn of the event loop, for all answers of the turn together, so that they are written one
 * right after another. Each write wakes a client on the same machine, such as a proxy, unless it is awake already; waking it
 * takes as long as all the rest of a small request.
 */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) {
      firstAt = performance.now();
      setImmediate(release);
    } else if (performance.now() - firstAt > WAIT_MS_MAX) release();
  });
}

function release(): void {
  const ready = waiting;
  waiting = [];
  for (const resolve of ready) resolve();
}

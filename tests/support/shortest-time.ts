const TRIES_MAX = 3;

/**
 * How long something takes, in milliseconds. If that is more than `enoughMs` it is done again, and the shortest time counts,
 * so that a busy machine is not taken for a slow program.
 */
export async function shortestMs(act: () => unknown, enoughMs: number): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES_MAX && shortest > enoughMs; tries += 1) {
    const start = performance.now();
    await act();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}

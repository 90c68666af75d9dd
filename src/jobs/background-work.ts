import type { BackgroundWork } from "../ports.ts";

/** Work of requests that have been answered already. Whoever gives it says what becomes of its errors. */
export function openBackgroundWork(): BackgroundWork {
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  return {
    start(work) {
      const ended: Promise<void> = work(closing.signal).finally(() => underWay.delete(ended));
      underWay.add(ended);
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    async close() {
      closing.abort();
      await this.idle();
    },
  };
}

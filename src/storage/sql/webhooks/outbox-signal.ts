/**
 * Tells the sender of webhooks that a delivery is pending. Deliveries of other processes are found by looking now and
 * then.
 */
export type OutboxSignal = {
  wake(): void;
  /** There is one listener: each process has one sender. */
  listen(listener: () => void): void;
};

export function createOutboxSignal(): OutboxSignal {
  let heard = () => {};
  return {
    wake: () => heard(),
    listen(listener) {
      heard = listener;
    },
  };
}

/** Tells whoever delivers that a delivery is pending. What it misses (another process) is found by looking now and then. */
export type OutboxSignal = {
  wake(): void;
  /** One listener: this process delivers once. */
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

/** Tells whoever delivers that something is owed. What it misses (another process) is found by looking now and then. */
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

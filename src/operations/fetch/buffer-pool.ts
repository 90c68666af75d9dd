/**
 * Buffers that are used again: a new one for every piece of a large answer would cost garbage collection, and a
 * recently used one is still in the processor's cache.
 */
export type BufferPool = {
  /** A large buffer, or undefined if too many are in use. */
  take(): Buffer | undefined;
  /** Returns a buffer that nobody reads or writes any more. Call `forget` for one that is not returned. */
  giveBack(buffer: Buffer): void;
  forget(): void;
};

export function openBufferPool(bufferBytes: number, { usedMax, idleMax }: PoolLimits): BufferPool {
  const idle: Buffer[] = [];
  let used = 0;
  return {
    take() {
      if (used >= usedMax) return undefined;
      used += 1;
      return idle.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
    },
    giveBack(buffer) {
      used -= 1;
      if (idle.length < idleMax) idle.push(buffer);
    },
    forget() {
      used -= 1;
    },
  };
}

export type PoolLimits = {
  readonly usedMax: number;
  readonly idleMax: number;
};

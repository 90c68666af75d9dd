/** Work that is done now and then. */
export type Repeated = {
  /** Does it now. What is under way is waited for first, since that may have begun at another time by the clock. */
  run(): Promise<void>;
  /** Starts nothing more, and waits for what is under way. */
  close(): Promise<void>;
};

/** Does the work now and every `stepMs`, and never twice at once. It must not throw. */
export function repeat(work: () => Promise<unknown>, stepMs: number): Repeated {
  let isClosed = false;
  let running: Promise<unknown> | undefined;

  function start(): Promise<unknown> {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  }

  const timer = setInterval(() => void start(), stepMs);
  timer.unref();
  void start();
  return {
    async run() {
      while (running !== undefined) await running;
      if (!isClosed) await start();
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
}

/** Several as one. */
export function joinRepeated(all: readonly Repeated[]): Repeated {
  return {
    async run() {
      await Promise.all(all.map((each) => each.run()));
    },
    async close() {
      await Promise.all(all.map((each) => each.close()));
    },
  };
}

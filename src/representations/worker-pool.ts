import { Worker } from "node:worker_threads";
import { openProcessSlots } from "../git/process/process-slots.ts";

/** There is no memory, or no thread. Everything else is a bug. */
const NO_ROOM = ["ERR_WORKER_OUT_OF_MEMORY", "ERR_WORKER_INIT_FAILED"];
/** A worker that has had nothing to do for so long ends. */
const IDLE_MS = 30_000;
/** Until a worker is ready. Only a machine that has no processor to spare takes longer than a moment. */
const START_LIMIT_MS = 10_000;

export type WorkerPoolOptions = {
  /** The worker's file, which sends a message once it has loaded what it needs, and then answers each message with one. */
  readonly url: URL;
  /** It is a last resort: V8 may end the whole process where memory runs out within one allocation. */
  readonly memoryMbMax: number;
  /** How long a request waits for its turn. */
  readonly waitMsMax: number;
};

export type AskOptions = {
  /** Its requests take one worker at most. */
  readonly repositoryUuid: string;
  readonly signal: AbortSignal;
  /** From when the worker is ready. */
  readonly timeLimitMs: number;
  /** Only one of these is under way at a time, and its worker ends with it, for the sake of memory. */
  readonly isLarge: boolean;
};

/** Threads for what a stranger's text makes slow. Each is started when it is needed, and does not keep the process running. */
export type WorkerPool<Request, Reply> = {
  /**
   * @returns undefined for what takes too long or too much memory.
   * @throws Failure unavailable if too many wait; the signal's reason.
   */
  ask(request: Request, options: AskOptions): Promise<Reply | undefined>;
};

export function openWorkerPool<Request, Reply>({
  url,
  memoryMbMax,
  waitMsMax,
}: WorkerPoolOptions): WorkerPool<Request, Reply> {
  const slots = openProcessSlots({ slotsMax: 2, shareMax: 1, waitingMax: 32, waitMsMax });
  const largeSlots = openProcessSlots({ slotsMax: 1, shareMax: 1, waitingMax: 32, waitMsMax });
  /** With what ends them. */
  const idle = new Map<Worker, NodeJS.Timeout>();

  function takeIdle(): Worker | undefined {
    const [first] = idle;
    if (first === undefined) return undefined;
    const [worker, timer] = first;
    idle.delete(worker);
    clearTimeout(timer);
    return worker;
  }

  function startWorker(): Worker {
    const worker = new Worker(url, {
      // Those of the process may not be for a file.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMbMax },
    });
    worker.unref();
    worker.once("exit", () => {
      clearTimeout(idle.get(worker));
      idle.delete(worker);
    });
    // Without a listener an error while it is idle would end the process.
    worker.on("error", () => {});
    return worker;
  }

  /** One that nobody listens to does not keep the process running. */
  function keepIdle(worker: Worker): void {
    const end = () => {
      idle.delete(worker);
      void worker.terminate();
    };
    idle.set(worker, setTimeout(end, IDLE_MS).unref());
  }

  async function askInSlot(request: Request, options: AskOptions): Promise<Reply | undefined> {
    let toEnd: Worker | undefined;
    try {
      const waiting = takeIdle();
      const worker = waiting ?? startWorker();
      toEnd = worker;
      const { signal, timeLimitMs } = options;
      if (waiting === undefined) {
        const ready = await nextMessage(worker, signal, START_LIMIT_MS);
        if (ready === undefined) return undefined;
      }
      const answering = nextMessage(worker, signal, timeLimitMs);
      worker.postMessage(request);
      const reply = (await answering) as Reply | undefined;
      // After a large text a worker would keep its memory.
      if (reply !== undefined && !options.isLarge) {
        toEnd = undefined;
        keepIdle(worker);
      }
      return reply;
    } catch (error) {
      if (error instanceof Error && "code" in error && NO_ROOM.includes(String(error.code))) return undefined;
      throw error;
    } finally {
      await toEnd?.terminate();
    }
  }

  return {
    async ask(request, options) {
      const quotaKeys = [{ kind: "repository", id: options.repositoryUuid }] as const;
      if (!options.isLarge) {
        const leave = await slots.take(quotaKeys, options.signal);
        return askInSlot(request, options).finally(leave);
      }
      const leaveLarge = await largeSlots.take(quotaKeys, options.signal);
      try {
        const leave = await slots.take(quotaKeys, options.signal);
        return await askInSlot(request, options).finally(leave);
      } finally {
        leaveLarge();
      }
    },
  };
}

/** @returns undefined if there was no message in time, or the worker has ended. */
async function nextMessage(worker: Worker, signal: AbortSignal, timeLimitMs: number): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const abort = () => reject(signal.reason);
  const giveUp = () => resolve(undefined);
  const timer = setTimeout(giveUp, timeLimitMs);
  signal.addEventListener("abort", abort, { once: true });
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", giveUp);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    worker.off("message", resolve);
    worker.off("error", reject);
    worker.off("exit", giveUp);
  }
}

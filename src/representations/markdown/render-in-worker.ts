import { Worker } from "node:worker_threads";
import { openProcessSlots } from "../../git/process/process-slots.ts";
import type { MarkdownKind } from "./render-markdown.ts";

/** Only here is the worker's file named. */
const WORKER_URL = new URL("./render-worker.ts", import.meta.url);
/** The slowest text of 512 KiB that was found takes two. */
const TIME_LIMIT_MS = 10_000;
/** In UTF-16 code units. What is longer is not rendered. */
const LENGTH_MAX = 512 * 1024;
/** Only one text of more than that is rendered at a time, by a worker of its own, for the sake of memory. */
const LARGE_LENGTH = 64 * 1024;
/**
 * Twice what any text of `LENGTH_MAX` was found to take. It is a last resort: V8 may end the whole process where memory
 * runs out within one allocation.
 */
const MEMORY_MB_MAX = 512;
/** There is no memory, or no thread. Everything else is a bug. */
const NO_ROOM = ["ERR_WORKER_OUT_OF_MEMORY", "ERR_WORKER_INIT_FAILED"];
/** A worker that has had nothing to do for so long ends. */
const IDLE_MS = 30_000;

export type RenderRequest = { readonly text: string; readonly kind: MarkdownKind };
/** Undefined: it cannot be rendered. */
export type RenderReply = { readonly html: string | undefined };

export type RenderOptions = {
  /** Its texts take one worker at most. */
  readonly repositoryUuid: string;
  readonly signal: AbortSignal;
  readonly timeLimitMs?: number;
};

const slots = openProcessSlots({ slotsMax: 2, shareMax: 1, waitingMax: 32, waitMsMax: 10_000 });
const largeSlots = openProcessSlots({ slotsMax: 1, shareMax: 1, waitingMax: 32, waitMsMax: 10_000 });
/** With what ends them. */
const idle = new Map<Worker, NodeJS.Timeout>();

/**
 * Renders Markdown in a worker, which is started when it is first needed, and does not keep the process running.
 *
 * @returns undefined for what is too long, or takes too long or too much memory.
 * @throws Failure unavailable if too many texts wait; the signal's reason.
 */
export async function renderInWorker(
  request: RenderRequest,
  { repositoryUuid, signal, timeLimitMs = TIME_LIMIT_MS }: RenderOptions,
): Promise<string | undefined> {
  const { length } = request.text;
  if (length > LENGTH_MAX) return undefined;
  const quotaKeys = [{ kind: "repository", id: repositoryUuid }] as const;
  if (length <= LARGE_LENGTH) {
    const leave = await slots.take(quotaKeys, signal);
    return renderInSlot(request, { signal, timeLimitMs }).finally(leave);
  }
  const leaveLarge = await largeSlots.take(quotaKeys, signal);
  try {
    const leave = await slots.take(quotaKeys, signal);
    return await renderInSlot(request, { signal, timeLimitMs }).finally(leave);
  } finally {
    leaveLarge();
  }
}

async function renderInSlot(
  request: RenderRequest,
  { signal, timeLimitMs }: { readonly signal: AbortSignal; readonly timeLimitMs: number },
): Promise<string | undefined> {
  let toEnd: Worker | undefined;
  try {
    const worker = takeIdle() ?? startWorker();
    toEnd = worker;
    const reply = await ask(worker, request, signal, timeLimitMs);
    // After a large text a worker would keep its memory.
    if (reply !== undefined && request.text.length <= LARGE_LENGTH) {
      toEnd = undefined;
      keepIdle(worker);
    }
    return reply?.html;
  } catch (error) {
    if (error instanceof Error && "code" in error && NO_ROOM.includes(String(error.code))) return undefined;
    throw error;
  } finally {
    await toEnd?.terminate();
  }
}

function takeIdle(): Worker | undefined {
  const [first] = idle;
  if (first === undefined) return undefined;
  const [worker, timer] = first;
  idle.delete(worker);
  clearTimeout(timer);
  return worker;
}

function startWorker(): Worker {
  const worker = new Worker(WORKER_URL, {
    // Those of the process may not be for a file.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
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

/** @returns undefined if there was no reply in time, or the worker has ended. */
async function ask(
  worker: Worker,
  request: RenderRequest,
  signal: AbortSignal,
  timeLimitMs: number,
): Promise<RenderReply | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<RenderReply | undefined>();
  const abort = () => reject(signal.reason);
  const giveUp = () => resolve(undefined);
  const timer = setTimeout(giveUp, timeLimitMs);
  signal.addEventListener("abort", abort, { once: true });
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", giveUp);
  try {
    worker.postMessage(request);
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    worker.off("message", resolve);
    worker.off("error", reject);
    worker.off("exit", giveUp);
  }
}

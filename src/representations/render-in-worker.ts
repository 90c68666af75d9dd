import { Worker } from "node:worker_threads";
import { openProcessPlaces } from "../git/process-places.ts";
import type { MarkdownKind } from "./render-markdown.ts";

/** The one place that names the worker's file. */
const WORKER_URL = new URL("./render-worker.ts", import.meta.url);
const TIME_LIMIT_MS = 5000;
const MEMORY_MB_MAX = 128;
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

const slots = openProcessPlaces({ placesMax: 2, shareMax: 1, waitingMax: 32, waitMsMax: 10_000 });
/** With what ends them. */
const idle = new Map<Worker, NodeJS.Timeout>();

/**
 * Renders Markdown in a worker, which is started when it is first needed, and does not keep the process running.
 *
 * @returns undefined for what takes too long or too much memory.
 * @throws Failure unavailable if too many texts wait; the signal's reason.
 */
export async function renderInWorker(
  request: RenderRequest,
  { repositoryUuid, signal, timeLimitMs = TIME_LIMIT_MS }: RenderOptions,
): Promise<string | undefined> {
  const leave = await slots.take([{ kind: "repository", id: repositoryUuid }], signal);
  let toEnd: Worker | undefined;
  try {
    const worker = takeIdle() ?? startWorker();
    toEnd = worker;
    const reply = await ask(worker, request, signal, timeLimitMs);
    if (reply === undefined) return undefined;
    toEnd = undefined;
    keepIdle(worker);
    return reply.html;
  } catch (error) {
    if (error instanceof Error && "code" in error && NO_ROOM.includes(String(error.code))) return undefined;
    throw error;
  } finally {
    await toEnd?.terminate();
    leave();
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

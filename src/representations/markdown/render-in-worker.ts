import { entryPoint } from "../../project-files.ts";
import { openWorkerPool } from "../worker-pool.ts";
import type { MarkdownKind } from "./render-markdown.ts";

/** The slowest text of 512 KiB that was found takes two. */
const TIME_LIMIT_MS = 10_000;
/** In UTF-16 code units. What is longer is not rendered. */
const LENGTH_MAX = 512 * 1024;
/** Only one text of more than that is rendered at a time, by a worker of its own, for the sake of memory. */
const LARGE_LENGTH = 64 * 1024;
/** Twice what any text of `LENGTH_MAX` was found to take. */
const MEMORY_MB_MAX = 512;

export type RenderRequest = { readonly text: string; readonly kind: MarkdownKind };

/** Undefined: it cannot be rendered. */
export type RenderReply = { readonly html: string | undefined };

export type RenderOptions = {
  /** Its texts take one worker at most. */
  readonly repositoryUuid: string;
  readonly signal: AbortSignal;
  readonly timeLimitMs?: number;
};

/** Only here is the worker's file named. */
const workers = openWorkerPool<RenderRequest, RenderReply>({
  url: entryPoint("representations/markdown/render-worker.ts"),
  memoryMbMax: MEMORY_MB_MAX,
  waitMsMax: 10_000,
});

/**
 * Renders Markdown in a worker.
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
  const isLarge = length > LARGE_LENGTH;
  const reply = await workers.ask(request, { repositoryUuid, signal, timeLimitMs, isLarge });
  return reply?.html;
}

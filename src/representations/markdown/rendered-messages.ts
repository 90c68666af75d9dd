import { LRUCache } from "lru-cache";
import { Failure } from "../../model/failure.ts";
import { renderInWorker } from "./render-in-worker.ts";
import { isQuicklyRendered, renderMarkdown, renderParagraphs } from "./render-markdown.ts";

/** The HTML of the messages of one answer. */
export type RenderedMessages = {
  htmlOf(text: string): string;
  /** Whether each is rendered whole. If not, the next answer may have more. */
  readonly isComplete: boolean;
};

export type PrepareOptions = {
  readonly repositoryUuid: string;
  /** By `performance.now()`. What is not rendered by then is shown as paragraphs. */
  readonly deadline?: number;
  /** For each text. */
  readonly timeLimitMs?: number;
};

type RenderOptions = Omit<PrepareOptions, "deadline">;

const TIME_LIMIT_MS = 15_000;

/** Above this length the HTML of a message is cached, so that slow messages are not slow in every request. */
const CACHED_FROM_LENGTH = 500;
/** In UTF-16 code units, with the texts. */
const CACHED_LENGTH_MAX = 8 * 1024 * 1024;
const cached = new LRUCache<string, string>({
  maxSize: CACHED_LENGTH_MAX,
  sizeCalculation: (html, text) => html.length + text.length,
});

/** Texts that could not be rendered in time. They are not tried again for a while. */
const failed = new LRUCache<string, true>({ max: 100, ttl: 60_000 });
/** Several requests for one text wait for one worker. */
const underWay = new Map<string, Promise<string | undefined>>();

const SHORT: RenderedMessages = { htmlOf: renderMessage, isComplete: true };

/** Renders the long ones of the texts in a worker; the short ones are rendered when they are asked for. */
export async function prepareMessages(
  texts: readonly string[],
  { deadline = performance.now() + TIME_LIMIT_MS, ...options }: PrepareOptions,
): Promise<RenderedMessages> {
  const long = new Set(texts.filter((text) => !isQuicklyRendered(text, "message")));
  if (long.size === 0) return SHORT;
  const rendered = new Map<string, string>();
  for (const text of long) {
    const html = cached.get(text) ?? (await renderLong(text, options, deadline));
    if (html !== undefined) rendered.set(text, html);
  }
  return {
    htmlOf: (text) => rendered.get(text) ?? renderMessage(text),
    isComplete: rendered.size === long.size,
  };
}

async function renderLong(
  text: string,
  options: RenderOptions,
  deadline: number,
): Promise<string | undefined> {
  if (failed.has(text) || performance.now() >= deadline) return undefined;
  const found = underWay.get(text);
  if (found !== undefined) return found;
  const rendering = renderAndCache(text, options);
  underWay.set(text, rendering);
  try {
    return await rendering;
  } finally {
    underWay.delete(text);
  }
}

async function renderAndCache(text: string, options: RenderOptions): Promise<string | undefined> {
  const signal = new AbortController().signal;
  let html: string | undefined;
  try {
    html = await renderInWorker({ text, kind: "message" }, { ...options, signal });
  } catch (error) {
    // Too many wait: it may be tried again at once.
    if (error instanceof Failure) return undefined;
    throw error;
  }
  if (html === undefined) failed.set(text, true);
  else cached.set(text, html);
  return html;
}

/** A message or comment as HTML. A long one that has not been prepared is shown as paragraphs. */
export function renderMessage(text: string): string {
  if (!isQuicklyRendered(text, "message")) return renderParagraphs(text);
  if (text.length < CACHED_FROM_LENGTH) return renderMarkdown(text, "message");
  const found = cached.get(text);
  if (found !== undefined) return found;
  const html = renderMarkdown(text, "message");
  cached.set(text, html);
  return html;
}

import { LRUCache } from "lru-cache";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { entryPoint } from "../../project-files.ts";
import { openWorkerPool } from "../worker-pool.ts";
import { type EncodedTokens, type Token, tokensOfLine } from "./encoded-tokens.ts";
import { findLanguage } from "./languages.ts";

/** In UTF-16 code units. What is longer is shown without colours, and says so. */
export const HIGHLIGHTED_LENGTH_MAX = 512 * 1024;
/** Lines as long are made by programs, and each of their tokens is an element of the page. */
const LINE_LENGTH_MAX = 5000;
/** The slowest harmless text of `HIGHLIGHTED_LENGTH_MAX` that was found takes 350. */
const TIME_LIMIT_MS = 500;
/** Nobody waits for colours. */
const WAIT_MS_MAX = 200;
/** Memory of a worker; three times what any text was found to take. */
const MEMORY_MB_MAX = 256;
/** Beginnings of a text are highlighted in such steps, so that few of them are cached. */
const LINES_STEP = 1000;
const CACHED_BYTES_MAX = 16 * 1024 * 1024;
/** How long a text that took too long is not tried again. */
const FAILED_MS = 10 * 60_000;
/** The same for the first time: it may have been the machine that was slow, or the worker that had just been started. */
const FAILED_ONCE_MS = 1_000;

export type HighlightRequest = { readonly text: string; readonly language: string };
/** Undefined: it cannot be highlighted. */
export type HighlightReply = { readonly tokens: EncodedTokens | undefined };

/** A text whose tokens are known. */
export type Highlighted = {
  /** The tokens of a line (the first is 1) in their order, without overlap: offsets in the line, in UTF-16 code units. */
  tokensOf(line: number): readonly Token[];
};

export type HighlightInput = {
  /** Of the blob that the text is the content of. */
  readonly id: ObjectId;
  /** Or the file's name alone: it says which language it is. */
  readonly path: string;
  /** The whole content. */
  readonly text: string;
  /** The last line that is shown. What follows it is not looked at. */
  readonly lineMax?: number;
};

export type HighlightOptions = {
  /** Its texts take one worker at most. */
  readonly repositoryUuid: string;
  readonly signal: AbortSignal;
  readonly timeLimitMs?: number;
};

const workers = openWorkerPool<HighlightRequest, HighlightReply>({
  url: entryPoint("representations/highlighting/highlight-worker.ts"),
  memoryMbMax: MEMORY_MB_MAX,
  waitMsMax: WAIT_MS_MAX,
});

/** Ids name contents that never change, so an entry is never stale. Who asks has been allowed to read the content. */
const cached = new LRUCache<string, EncodedTokens>({
  maxSize: CACHED_BYTES_MAX,
  maxEntrySize: CACHED_BYTES_MAX / 4,
  sizeCalculation: ({ firstOfLine, tokens }, key) =>
    512 + 2 * key.length + firstOfLine.byteLength + tokens.byteLength,
});
const failed = new LRUCache<string, true>({ max: 1000, ttl: FAILED_MS });
const failedBefore = new LRUCache<string, true>({ max: 1000, ttl: FAILED_MS });
const underWay = new Map<string, Promise<EncodedTokens | undefined>>();

/**
 * Highlights a file in a worker, which is ended if it takes too long.
 *
 * @returns undefined for what is shown without colours: of no known language, too long or with too long lines, too slow, or while
 * others keep the workers busy.
 * @throws the signal's reason.
 */
export async function highlight(
  { id, path, text, lineMax }: HighlightInput,
  { repositoryUuid, signal, timeLimitMs = TIME_LIMIT_MS }: HighlightOptions,
): Promise<Highlighted | undefined> {
  const language = findLanguage(path)?.id;
  if (language === undefined) return undefined;
  const length = lineMax === undefined ? text.length : findLengthOfLines(text, lineMax);
  if (length > HIGHLIGHTED_LENGTH_MAX) return undefined;
  const key = `${id} ${language} ${length}`;
  if (failed.has(key)) return undefined;
  const known = cached.get(key);
  if (known !== undefined) return lookUp(known);
  const shown = text.slice(0, length);
  if (hasLongLine(shown)) return undefined;
  let finding = underWay.get(key);
  if (finding === undefined) {
    // Whoever comes meanwhile waits for the same tokens, so a reader who leaves does not end it.
    finding = findAndCache(key, { text: shown, language }, { repositoryUuid, timeLimitMs });
    underWay.set(key, finding);
    void finding.finally(() => underWay.delete(key)).catch(() => {});
  }
  const tokens = await finding;
  signal.throwIfAborted();
  return tokens && lookUp(tokens);
}

function lookUp(tokens: EncodedTokens): Highlighted {
  return { tokensOf: (line) => tokensOfLine(tokens, line) };
}

async function findAndCache(
  key: string,
  request: HighlightRequest,
  options: { readonly repositoryUuid: string; readonly timeLimitMs: number },
): Promise<EncodedTokens | undefined> {
  let reply: HighlightReply | undefined;
  try {
    const { signal } = new AbortController();
    reply = await workers.ask(request, { ...options, signal, isLarge: false });
  } catch (error) {
    // Too many wait: it may be tried again at once.
    if (error instanceof Failure) return undefined;
    throw error;
  }
  const tokens = reply?.tokens;
  if (tokens !== undefined) cached.set(key, tokens);
  else {
    failed.set(key, true, failedBefore.has(key) ? {} : { ttl: FAILED_ONCE_MS });
    failedBefore.set(key, true);
  }
  return tokens;
}

/** Up to the end of the line, or of the next that ends a step. */
function findLengthOfLines(text: string, lineMax: number): number {
  const lines = Math.ceil(lineMax / LINES_STEP) * LINES_STEP;
  let end = -1;
  for (let line = 0; line < lines; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end === -1) return text.length;
  }
  return end;
}

function hasLongLine(text: string): boolean {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    if (end - start > LINE_LENGTH_MAX) return true;
    start = end + 1;
  }
  return false;
}

import { buffer } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import type { PathEntry } from "../git/objects/read-tree.ts";
import { openProcessPlaces } from "../git/process-places.ts";
import { Failure, invalidField } from "../model/failure.ts";
import type { Repository } from "../model/repository.ts";
import { renderDocument, renderPlainText } from "../representations/render-markdown.ts";
import { describeEntry, openContent, type SourcePorts } from "./source.ts";

/** The reference's list. `text` was the first extension of Markdown. */
const MARKDOWN = ["md", "markdown", "mkd", "mkdn", "mdown", "text"];
/** In the reference's list too. No library that is kept up renders them, so they are shown as they are. */
const PLAIN = ["rst", "textile"];

/** Our choice: books are shorter. */
export const RENDERED_BYTES_MAX = 512 * 1024;
/** Up to here a text takes a few milliseconds at worst. */
const QUICK_LENGTH_MAX = 4096;
const TIME_LIMIT_MS = 5000;
const MEMORY_MB_MAX = 128;
/** A thread is there for one text: what goes on for too long can be ended, and holds nobody else up. */
const places = openProcessPlaces({ placesMax: 2, shareMax: 1, waitingMax: 32, waitMsMax: 10_000 });

export type RenderedFile = {
  readonly raw: string;
  readonly markup: "markdown" | "plaintext";
  readonly html: string;
};

/**
 * A file of markup as HTML.
 *
 * @throws Failure invalid-input that names `format` for what cannot be rendered, timed-out for what takes too long,
 * unavailable if too many ask at once.
 */
export async function renderFile(
  ports: SourcePorts,
  repository: Repository,
  entry: PathEntry,
  signal: AbortSignal,
): Promise<RenderedFile> {
  const markup = markupOf(entry);
  const { size = 0, attributes } = await describeEntry(ports, repository, entry, signal);
  if (attributes.includes("binary") || attributes.includes("lfs"))
    throw invalidField("format", "cannot be rendered: the file is no text");
  if (size > RENDERED_BYTES_MAX) {
    throw invalidField(
      "format",
      `rendered is offered for files of at most ${RENDERED_BYTES_MAX} bytes: this one has ${size}`,
    );
  }
  const content = await openContent(ports, repository, { entry, size }, { signal });
  const raw = decodeText(Buffer.isBuffer(content) ? content : await buffer(content));
  if (markup === "plaintext") return { raw, markup, html: renderPlainText(raw) };
  const html =
    raw.length <= QUICK_LENGTH_MAX
      ? renderDocument(raw)
      : await renderInThread(raw, repository.uuid, { signal, timeLimitMs: TIME_LIMIT_MS });
  return { raw, markup, html };
}

function markupOf({ kind, path }: PathEntry): RenderedFile["markup"] {
  const extension = /\.([a-z]+)$/i.exec(path.toString("latin1"))?.[1]?.toLowerCase() ?? "";
  const isFile = kind !== "directory" && kind !== "submodule" && kind !== "link";
  if (isFile && MARKDOWN.includes(extension)) return "markdown";
  if (isFile && PLAIN.includes(extension)) return "plaintext";
  const offered = [...MARKDOWN, ...PLAIN].map((each) => `.${each}`).join(", ");
  throw invalidField("format", `rendered is offered for files that end with ${offered}`);
}

/** Git does not tell how a text is encoded: UTF-8 if it can be, or what it begins with says, else Latin-1 (our choice). */
export function decodeText(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** @throws Failure timed-out, unavailable; the signal's reason. */
export async function renderInThread(
  text: string,
  holder: string,
  { signal, timeLimitMs }: { readonly signal: AbortSignal; readonly timeLimitMs: number },
): Promise<string> {
  const leave = await places.take([{ kind: "repository", id: holder }], signal);
  const worker = new Worker(new URL("../representations/render-worker.ts", import.meta.url), {
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const abort = () => reject(signal.reason);
  const tooMuch = () => reject(new Failure("timed-out", "Cannot render the file: it takes too long"));
  const timer = setTimeout(tooMuch, timeLimitMs);
  signal.addEventListener("abort", abort, { once: true });
  worker.once("message", resolve);
  worker.once("error", (error: NodeJS.ErrnoException) =>
    error.code === "ERR_WORKER_OUT_OF_MEMORY" ? tooMuch() : reject(error),
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    await worker.terminate();
    leave();
  }
}

import { buffer } from "node:stream/consumers";
import type { PathEntry } from "../../git/objects/read-tree.ts";
import { invalidField } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import { renderInWorker } from "../../representations/markdown/render-in-worker.ts";
import {
  isQuicklyRendered,
  renderMarkdown,
  renderParagraphs,
  renderPlainText,
} from "../../representations/markdown/render-markdown.ts";
import { describeEntry, openContent, type SourcePorts } from "./source.ts";

/** From the reference. `text` was the first extension of Markdown. */
const MARKDOWN = ["md", "markdown", "mkd", "mkdn", "mdown", "text"];
/** Also in the reference's list. No maintained library renders these formats, so they are shown as plain text. */
const PLAIN = ["rst", "textile"];

/** Whether `renderFile` takes files of this name. */
export function hasMarkup(path: string): boolean {
  return [...MARKDOWN, ...PLAIN].includes(extensionOf(path));
}

function extensionOf(path: string): string {
  return /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
}

/** Our choice: books are shorter. */
export const RENDERED_BYTES_MAX = 512 * 1024;
export type RenderedFile = {
  readonly raw: string;
  readonly markup: "markdown" | "plaintext";
  readonly html: string;
};

/**
 * Renders a file of markup as HTML. A file that takes too long is shown as paragraphs.
 *
 * @throws Failure invalid-input that names `format` if the file is not markup, unavailable if there are too many
 * requests at once.
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
  const html = isQuicklyRendered(raw, "document")
    ? renderMarkdown(raw, "document")
    : await renderInWorker({ text: raw, kind: "document" }, { repositoryUuid: repository.uuid, signal });
  return { raw, markup, html: html ?? renderParagraphs(raw) };
}

function markupOf({ kind, path }: PathEntry): RenderedFile["markup"] {
  const extension = extensionOf(path.toString("latin1"));
  const isFile = kind !== "directory" && kind !== "submodule" && kind !== "link";
  if (isFile && MARKDOWN.includes(extension)) return "markdown";
  if (isFile && PLAIN.includes(extension)) return "plaintext";
  const offered = [...MARKDOWN, ...PLAIN].map((each) => `.${each}`).join(", ");
  throw invalidField("format", `rendered is offered for files that end with ${offered}`);
}

/**
 * git does not record how a text is encoded: UTF-8 if it is valid, or what its first bytes say, else Latin-1 (our
 * choice).
 */
export function decodeText(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

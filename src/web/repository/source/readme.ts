import { buffer } from "node:stream/consumers";
import { LRUCache } from "lru-cache";
import type { PathEntry } from "../../../git/objects/read-tree.ts";
import { bytesToText } from "../../../model/byte-text.ts";
import { Failure } from "../../../model/failure.ts";
import {
  decodeText,
  hasMarkup,
  RENDERED_BYTES_MAX,
  renderFile,
} from "../../../operations/source/render-file.ts";
import { describeEntry, openContent } from "../../../operations/source/source.ts";
import type { Ports } from "../../../ports.ts";
import { sourceTexts } from "../../catalogue/source.ts";
import { type Html, html, NOTHING } from "../../html.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { sourcePath } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";
import type { FoundSource } from "./find-source.ts";
import { placeDocument } from "./place-document.ts";

/** The first that a folder has. */
const ENDINGS = [".md", ".markdown", ".mkd", ".mkdn", ".mdown", ".rst", ".textile", ".txt", ".text", ""];
/** Of a page of 6,000 elements; the files above it have most of them. */
const NODES_MAX = 1800;
/** In UTF-16 code units. */
const CACHED_LENGTH_MAX = 8 * 1024 * 1024;

/** HTML by the blob's id and the ending of the name, which never change. Who asks has been allowed to read the blob. */
const cached = new LRUCache<string, string>({
  maxSize: CACHED_LENGTH_MAX,
  sizeCalculation: (markup, key) => markup.length + key.length + 1,
});

/** Of a README that is no markup. */
const PLAIN_LENGTH_MAX = 64 * 1024;

export function findReadme(entries: readonly PathEntry[]): PathEntry | undefined {
  const found = new Map<string, PathEntry>();
  for (const entry of entries) {
    if (entry.kind !== "file" && entry.kind !== "executable") continue;
    const path = entry.path.toString("latin1").toLowerCase();
    const [whole, ending = ""] = /^readme(\.[a-z]+)?$/.exec(path.slice(path.lastIndexOf("/") + 1)) ?? [];
    if (whole !== undefined && !found.has(ending)) found.set(ending, entry);
  }
  return ENDINGS.map((ending) => found.get(ending)).find((entry) => entry !== undefined);
}

/** A README below the files of its folder, with its links and pictures leading into the same revision. */
export async function describeReadme(
  ports: Ports,
  request: RepositoryPageRequest,
  source: FoundSource,
  entry: PathEntry,
): Promise<Html> {
  const { t, repository } = request;
  const path = bytesToText(entry.path);
  const href = sourcePath(repository, "src", source.revision, path);
  const shown = await renderDocument(ports, request, source, entry, NODES_MAX);
  if (shown === undefined) return NOTHING;
  const { content, isCut } = shown;
  return html`<section class="box readme" aria-labelledby="readme"><h2 class="bar" id="readme"><a class="m" href="${href}">${visibleText(path.slice(path.lastIndexOf("/") + 1))}</a></h2><div class="prose" dir="auto">${content}${isCut && html`<p><a href="${href}">${t(sourceTexts.restOfReadme)}</a></p>`}</div></section>`;
}

/** A file of markup or plain text as a part of a page. Undefined: it cannot be rendered. */
export async function renderDocument(
  ports: Ports,
  { repository, signal, takeSlot }: RepositoryPageRequest,
  { revision }: FoundSource,
  entry: PathEntry,
  nodesMax: number,
): Promise<{ readonly content: Html; readonly isCut: boolean } | undefined> {
  const path = bytesToText(entry.path);
  const key = `${entry.id} ${path.slice(path.lastIndexOf("."))}`;
  try {
    if (hasMarkup(path)) {
      const known = cached.get(key);
      const markup = known ?? (await renderFile(ports, repository, entry, signal)).html;
      if (known === undefined) cached.set(key, markup);
      return placeDocument(
        markup,
        { repository, revision, folder: path.slice(0, Math.max(0, path.lastIndexOf("/"))) },
        nodesMax,
      );
    }
    const { size = 0, attributes } = await describeEntry(ports, repository, entry, signal);
    if (attributes.includes("binary") || size > RENDERED_BYTES_MAX) return undefined;
    const bytes = await openContent(ports, repository, { entry, size }, { signal, takeSlot });
    const text = decodeText(Buffer.isBuffer(bytes) ? bytes : await buffer(bytes));
    const isCut = text.length > PLAIN_LENGTH_MAX;
    return {
      content: html`<pre>${isCut ? text.slice(0, PLAIN_LENGTH_MAX).toWellFormed() : text}</pre>`,
      isCut,
    };
  } catch (error) {
    // Too large, no text, or too many are rendered at once: the files are there without it.
    if (error instanceof Failure && (error.kind === "invalid-input" || error.kind === "unavailable"))
      return undefined;
    throw error;
  }
}

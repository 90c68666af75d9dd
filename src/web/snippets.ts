import { isUtf8 } from "node:buffer";
import { buffer } from "node:stream/consumers";
import type { PathEntry } from "../git/objects/read-tree.ts";
import { findNamedSnippet } from "../http/routes/named-subjects.ts";
import type { OpenSnippet } from "../model/snippet.ts";
import { readVersion } from "../operations/snippets/snippet-files.ts";
import { openContent, readContentSize } from "../operations/source/source.ts";
import type { Ports } from "../ports.ts";
import { snippetCloneUrl } from "../representations/snippet.ts";
import { snippetTexts as texts } from "./catalogue/snippets.ts";
import { type Html, html } from "./html.ts";
import { visibilityTag } from "./layout/repository-list.ts";
import { formatSize } from "./layout/size.ts";
import { timeAgo } from "./layout/time.ts";
import { workspacePath } from "./links.ts";
import { type OpenPage, type PageRequest, page } from "./page.ts";

/** Of one file, and of all that are shown. */
const FILE_BYTES_MAX = 64 * 1024;
const SHOWN_BYTES_MAX = 512 * 1024;
const FILES_MAX = 50;

/** What the links of the API lead to: a snippet with its latest files, as plain text. */
export const snippetPage: OpenPage = {
  path: "/snippets/{workspace}/{encoded_id}",
  subject: "open",
  async get(ports, request) {
    const { t, params, admission, baseUrls, signal } = request;
    const snippet = await admission.admitToSnippet(await findNamedSnippet(ports, params), "read");
    const { files } = await readVersion(ports, snippet, undefined, signal);
    const title = snippet.title === "" ? t(texts.untitled) : html`<bdi>${snippet.title}</bdi>`;
    const { workspace, creator } = snippet;
    return page({
      title: html`${title} · ${workspace.slug}`,
      main: html`<h1>${title}</h1><dl class="facts"><dt>${t(texts.visibility)}</dt><dd>${visibilityTag(request, snippet)} <a href="${workspacePath(workspace, "repositories")}">${workspace.slug}</a></dd>${creator !== undefined && html`<dt>${t(texts.creator)}</dt><dd><bdi>${creator.displayName}</bdi></dd>`}<dt>${t(texts.updated)}</dt><dd>${timeAgo(request, snippet.updatedAt)}</dd><dt>${t(texts.clone)}</dt><dd class="m">${snippetCloneUrl(baseUrls, snippet)}</dd></dl>${files.length === 0 ? html`<p>${t(texts.empty)}</p>` : await showFiles(ports, request, snippet, files)}`,
    });
  },
};

async function showFiles(
  ports: Ports,
  request: PageRequest,
  snippet: OpenSnippet,
  files: readonly PathEntry[],
): Promise<readonly Html[]> {
  const shown: Html[] = [];
  let bytes = 0;
  for (const entry of files.slice(0, FILES_MAX)) {
    const size = await readContentSize(ports, snippet.repository, entry);
    const isRead = size <= FILE_BYTES_MAX && bytes + size <= SHOWN_BYTES_MAX;
    if (isRead) bytes += size;
    const text = isRead ? await readText(ports, request, snippet, { entry, size }) : undefined;
    const name = entry.path.toString();
    shown.push(
      html`<section aria-label="${name}"><h2 class="m" id="file-${name}">${name}</h2>${text === undefined ? html`<p class="dim">${request.t(texts.notShown, { size: formatSize(size) })}</p>` : html`<pre dir="auto" tabindex="0">${text}</pre>`}</section>`,
    );
  }
  return shown;
}

/** Undefined for what is no text. */
async function readText(
  ports: Ports,
  { signal, takeSlot }: PageRequest,
  { repository }: OpenSnippet,
  file: { readonly entry: PathEntry; readonly size: number },
): Promise<string | undefined> {
  const content = await openContent(ports, repository, file, { signal, takeSlot });
  const bytes = Buffer.isBuffer(content) ? content : await buffer(content);
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString() : undefined;
}

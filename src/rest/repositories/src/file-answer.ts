import { Readable } from "node:stream";
import type { PathEntry } from "../../../git/objects/read-tree.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import { servedTypeOf } from "../../../model/media-type.ts";
import type { Repository } from "../../../model/repository.ts";
import { openContent, readContentSize, type SourcePorts } from "../../../operations/source/source.ts";
import { type ConditionalRequest, isPreconditionFailed, namesEtag, readRange } from "./conditions.ts";

/** The bytes of a file, all or the requested range; none if the client has them already. */
export async function fileAnswer(
  ports: SourcePorts,
  repository: Repository,
  entry: PathEntry,
  {
    method,
    headers: asked = {},
    signal,
    takeSlot,
  }: Pick<ConditionalRequest, "method" | "headers" | "signal" | "takeSlot">,
): Promise<Answer> {
  // The tag depends on content and attributes only, as Bitbucket's reference has it: the same file has the same tag
  // anywhere.
  const etag = `"${entry.id}-${entry.mode.toString(8)}"`;
  // Access may be removed later: the answer may be cached, but must be revalidated.
  const kept = { etag, "cache-control": "private, no-cache", vary: "Authorization" };
  if (isPreconditionFailed(asked, etag)) {
    const error = { message: "The file is another one than If-Match names" };
    return jsonAnswer(412, { type: "error", error }, kept);
  }
  if (namesEtag(asked["if-none-match"], etag)) return { status: 304, headers: kept, body: { kind: "empty" } };
  const size = await readContentSize(ports, repository, entry);
  const wanted = readRange(asked, size, etag);
  if (wanted.kind === "unsatisfiable") {
    const error = { message: `Cannot send the range: the file has ${size} bytes` };
    return jsonAnswer(416, { type: "error", error }, { "content-range": `bytes */${size}` });
  }
  const range = wanted.kind === "part" ? wanted.range : undefined;
  const length = range === undefined ? size : range.last - range.first + 1;
  const headers = {
    ...kept,
    ...(range === undefined ? {} : { "content-range": `bytes ${range.first}-${range.last}/${size}` }),
    ...attachmentHeaders(servedTypeOf(entry.path.toString()), lastName(entry.path)),
    "accept-ranges": "bytes",
    "content-length": String(length),
  };
  const status = range === undefined ? 200 : 206;
  if (method === "HEAD") return { status, headers, body: { kind: "stream", stream: Readable.from([]) } };
  const content = await openContent(ports, repository, { entry, size }, { range, signal, takeSlot });
  return {
    status,
    headers,
    body: Buffer.isBuffer(content) ? { kind: "bytes", bytes: content } : { kind: "stream", stream: content },
  };
}

function lastName(path: Buffer): string {
  const text = path.toString();
  return text.slice(text.lastIndexOf("/") + 1);
}

/**
 * For bytes from other people: they are saved and not displayed, and if displayed nevertheless, as a page without
 * scripts. The name is written twice, RFC 6266: in ASCII, and in UTF-8 if it has other characters.
 */
export function attachmentHeaders(contentType: string, filename: string): Record<string, string> {
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/gu, "_");
  const encoded = encodeURIComponent(filename).replace(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16)}`,
  );
  const extended = ascii === filename ? "" : `; filename*=UTF-8''${encoded}`;
  return {
    "content-type": contentType,
    "content-disposition": `attachment; filename="${ascii}"${extended}`,
    "content-security-policy": "default-src 'none'; sandbox",
  };
}

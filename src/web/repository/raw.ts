import { bytesToText } from "../../model/byte-text.ts";
import { Failure } from "../../model/failure.ts";
import { describeEntry, getEntry } from "../../operations/source/source.ts";
import { attachmentHeaders, fileAnswer } from "../../rest/repositories/src/file-answer.ts";
import { file, type RepositoryPage, redirect } from "../page.ts";
import { findSource } from "./source/find-source.ts";
import { imageTypeOf, SVG_TYPE } from "./source/image-type.ts";

/**
 * What strangers wrote is sent from the host that the session's cookie is for: so nothing of it runs, whatever the browser takes it
 * for, and no other site can have it.
 */
const HARMLESS = {
  "content-security-policy": "sandbox; default-src 'none'",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
  vary: "Cookie, Sec-Fetch-Dest",
};

/** The bytes of a file: text and pictures are shown, all else is saved. */
export const rawPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/raw/{commit}/{path}",
  lastParameterSpans: "some",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { repository, headers, signal, takeSlot } = request;
    const source = await findSource(ports, request, "raw");
    if ("location" in source) return redirect(source.location);
    const entry = await getEntry(ports, repository, source);
    if (entry.kind === "directory") throw new Failure("not-found", "A folder has no bytes");
    const [answer, { attributes }] = await Promise.all([
      fileAnswer(ports, repository, entry, { method: "GET", headers, signal, takeSlot }),
      describeEntry(ports, repository, entry, signal),
    ]);
    const isText = !attributes.includes("binary") || attributes.includes("lfs");
    const type = shownType(source.path, isText, headers["sec-fetch-dest"]);
    const name = bytesToText(entry.path.subarray(entry.path.lastIndexOf("/") + 1));
    const { "content-type": _type, "content-disposition": _disposition, ...kept } = answer.headers ?? {};
    const shown: Record<string, string> =
      type === undefined ? attachmentHeaders("application/octet-stream", name) : { "content-type": type };
    if (answer.body.kind === "stream")
      return file(answer.body.stream, { ...kept, ...shown, ...HARMLESS }, answer.status);
    const bytes = answer.body.kind === "bytes" ? answer.body.bytes : Buffer.alloc(0);
    return file(bytes, { ...kept, ...shown, ...HARMLESS }, answer.status);
  },
};

/** Undefined: to be saved. SVG is a picture where it is asked for as one; by itself it would be a page. */
function shownType(path: string, isText: boolean, destination: unknown): string | undefined {
  const image = imageTypeOf(path);
  if (image !== undefined && (image !== SVG_TYPE || destination === "image")) return image;
  return isText ? "text/plain; charset=utf-8" : undefined;
}

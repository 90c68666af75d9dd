import type { IncomingHttpHeaders } from "node:http";
import type { ByteRange } from "../../../git/objects/open-blob.ts";
import type { RestRequest } from "../../../http/routes/declaration.ts";

/** A request with its conditions and range. Without any, all bytes are sent. */
export type ConditionalRequest = RestRequest & {
  readonly method?: string;
  readonly headers?: IncomingHttpHeaders;
};

export type AskedRange =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly range: ByteRange }
  | { readonly kind: "unsatisfiable" };

/**
 * Reads a `Range`: RFC 9110, section 14.2. One range is served. Several ranges, other units and malformed values are
 * ignored, which the RFC allows.
 *
 * @param size of the content in bytes.
 */
export function parseRange(text: string | undefined, size: number): AskedRange {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(text ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return { kind: "whole" };
  if (first === "") {
    // The last bytes, as many as requested.
    const length = Math.min(Number(last), size);
    return length === 0 ? { kind: "unsatisfiable" } : part(size - length, size - 1);
  }
  if (last !== "" && Number(last) < Number(first)) return { kind: "whole" };
  if (Number(first) >= size) return { kind: "unsatisfiable" };
  return part(Number(first), last === "" ? size - 1 : Math.min(Number(last), size - 1));
}

function part(first: number, last: number): AskedRange {
  return { kind: "part", range: { first, last } };
}

/**
 * Whether an `If-Match` does not name the tag: RFC 9110, section 13.1.1, which compares strongly. The answer is then
 * 412.
 */
export function isPreconditionFailed({ "if-match": header }: IncomingHttpHeaders, etag: string): boolean {
  if (header === undefined || header.trim() === "*") return false;
  return !header.split(",").some((each) => each.trim() === etag);
}

/** Whether an `If-None-Match` names the tag: RFC 9110, section 13.1.2, which compares weakly. */
export function namesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}

/** The range, unless an `If-Range` says that it was meant for other content: RFC 9110, section 13.1.5. */
export function readRange(headers: IncomingHttpHeaders, size: number, etag: string): AskedRange {
  const condition = headers["if-range"];
  if (condition !== undefined && condition !== etag) return { kind: "whole" };
  return parseRange(headers.range, size);
}

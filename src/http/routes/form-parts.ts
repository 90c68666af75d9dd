import type { IncomingHttpHeaders } from "node:http";
import { Failure, invalidField } from "../../model/failure.ts";
import { parseContentDisposition } from "./content-disposition.ts";
import { readFormUrlencoded } from "./form-urlencoded.ts";
import { type MultipartPart, parseBoundary, readMultipart } from "./multipart.ts";

/** One field of a form, which may be a file of any size. */
export type FormPart = {
  readonly name: string;
  /** Undefined for a field that is not a file. */
  readonly filename: string | undefined;
  /** `x-attributes` of the reference, as sent. */
  readonly attributes: string | undefined;
  /** The bytes as they arrive. They must be read before the next part is requested; unread bytes are skipped. */
  readonly content: AsyncIterable<Buffer>;
};

export type FormType = "multipart/form-data" | "application/x-www-form-urlencoded";

/** How a route receives the parts of a form. */
export type FormParts = {
  readonly types: readonly FormType[];
  /** The kind of the failure for another content type. */
  readonly otherType: "format-unsupported" | "form-required";
};

/** Our choice, as the other limits are: far more than people send, and few enough to keep their names. */
export const FORM_PARTS_MAX = 5_000;
/** Of a field whose value is held: a commit message, a path. */
export const FIELD_BYTES_MAX = 64 * 1024;
export const FILE_BYTES_MAX = 2 * 1024 ** 3;
export const FORM_BYTES_MAX = 4 * 1024 ** 3;

/**
 * The parts of a request's body as they arrive, within the limits above. Nothing is read before the first part is
 * requested.
 *
 * @param body undefined if there is none, which counts as a form without parts.
 * @throws Failure invalid-input, too-large, or the route's failure for another content type.
 */
export async function* readFormParts(
  body: AsyncIterable<Buffer> | undefined,
  headers: IncomingHttpHeaders,
  { types, otherType }: FormParts,
): AsyncGenerator<FormPart> {
  if (body === undefined) return;
  const contentType = headers["content-type"] ?? "";
  const type = types.find((each) => each === contentType.split(";")[0]!.trim().toLowerCase());
  if (type === undefined) throw new Failure(otherType, `Content-Type: must be ${types.join(" or ")}`);
  if ((headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    throw new Failure(otherType, "Content-Encoding: must be none");
  }
  const limited = limitBytes(body, FORM_BYTES_MAX, "The body");
  const parts = type === "multipart/form-data" ? multipartParts(limited, contentType) : pairs(limited);
  let count = 0;
  for await (const part of parts) {
    count += 1;
    if (count > FORM_PARTS_MAX) {
      throw new Failure("too-large", `The form has more parts than the limit of ${FORM_PARTS_MAX}`);
    }
    yield {
      ...part,
      content: limitBytes(part.content, FILE_BYTES_MAX, part.name.slice(0, SHOWN_LENGTH_MAX)),
    };
  }
}

/** Of a name that a message quotes. */
const SHOWN_LENGTH_MAX = 100;

async function* limitBytes(
  pieces: AsyncIterable<Buffer>,
  bytesMax: number,
  what: string,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > bytesMax)
      throw new Failure("too-large", `${what}: larger than the limit of ${bytesMax} bytes`);
    yield piece;
  }
}

async function* pairs(body: AsyncIterable<Buffer>): AsyncGenerator<FormPart> {
  for await (const { name, content } of readFormUrlencoded(body)) {
    yield { name, filename: undefined, attributes: undefined, content };
  }
}

async function* multipartParts(body: AsyncIterable<Buffer>, contentType: string): AsyncGenerator<FormPart> {
  const boundary = parseBoundary(contentType);
  if (boundary === undefined) throw invalidField("content-type", "has no boundary, or a malformed one");
  for await (const part of readMultipart(body, boundary)) yield describePart(part);
}

/** The reference's own example names its files by Content-ID, as mails do. */
function describePart({ headers, content }: MultipartPart): FormPart {
  const disposition = parseContentDisposition(headers.get("content-disposition") ?? "");
  const name = disposition?.name ?? bare(headers.get("content-id"));
  if (disposition === undefined || name === undefined) {
    throw invalidField("body", "a part has no name: its Content-Disposition is missing or malformed");
  }
  // RFC 7578, section 4.7: deprecated for forms. Encoded content must not be stored as if it were decoded.
  const encoding = headers.get("content-transfer-encoding")?.trim().toLowerCase() ?? "binary";
  if (!["7bit", "8bit", "binary"].includes(encoding)) {
    throw invalidField(name, "Content-Transfer-Encoding must be 7bit, 8bit or binary");
  }
  return { name, filename: disposition.filename, attributes: disposition.attributes, content };
}

/**
 * A name without its delimiters. A regular expression for the end would be tried again from each letter of a long run.
 */
function bare(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  let end = name.length;
  while (end > 0 && /[>"\s]/.test(name[end - 1]!)) end -= 1;
  return name.slice(0, end).replace(/^[<"]+/, "");
}

/**
 * The value of a field that is not a file. @throws Failure invalid-input if it is longer than the limit, or not text.
 */
export async function readField({ name, content }: FormPart): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of limitBytes(content, FIELD_BYTES_MAX, name)) pieces.push(piece);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces));
    if (!text.includes("\0")) return text;
  } catch {
    // Told below, as U+0000 is.
  }
  throw invalidField(name, "is not UTF-8, or has U+0000");
}

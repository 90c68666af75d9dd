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
  /** In lower case, without parameters. Undefined: not sent. */
  readonly contentType: string | undefined;
  /** Without its delimiters. */
  readonly contentId: string | undefined;
  /** The bytes as they arrive. They must be read before the next part is requested; unread bytes are skipped. */
  readonly content: AsyncIterable<Buffer>;
};

export type FormType =
  | "multipart/form-data"
  | "application/x-www-form-urlencoded"
  /** RFC 2387: each part is named by its Content-ID. */
  | "multipart/related"
  /** One part without a name, which is the body. */
  | "application/json";

/** How a route receives the parts of a form. */
export type FormParts = {
  readonly types: readonly FormType[];
  /** The kind of the failure for another content type. */
  readonly otherType: "format-unsupported" | "form-required";
  /** Whether a part may come in base64. */
  readonly takesBase64?: boolean;
  /** Of a file, and of the whole body. Undefined: as below. */
  readonly bytesMax?: number;
  readonly partsMax?: number;
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
  { types, otherType, takesBase64 = false, bytesMax, partsMax = FORM_PARTS_MAX }: FormParts,
): AsyncGenerator<FormPart> {
  if (body === undefined) return;
  const contentType = headers["content-type"] ?? "";
  const type = types.find((each) => each === contentType.split(";")[0]!.trim().toLowerCase());
  if (type === undefined) throw new Failure(otherType, `Content-Type: must be ${types.join(" or ")}`);
  if ((headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    throw new Failure(otherType, "Content-Encoding: must be none");
  }
  const limited = limitBytes(body, bytesMax ?? FORM_BYTES_MAX, "The body");
  let count = 0;
  for await (const part of partsOf(type, limited, contentType, takesBase64)) {
    count += 1;
    if (count > partsMax) {
      throw new Failure("too-large", `The form has more parts than the limit of ${partsMax}`);
    }
    yield {
      ...part,
      content: limitBytes(part.content, bytesMax ?? FILE_BYTES_MAX, part.name.slice(0, SHOWN_LENGTH_MAX)),
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

function partsOf(
  type: FormType,
  body: AsyncIterable<Buffer>,
  contentType: string,
  takesBase64: boolean,
): AsyncIterable<FormPart> {
  switch (type) {
    case "multipart/form-data":
    case "multipart/related":
      return multipartParts(body, contentType, { isRelated: type === "multipart/related", takesBase64 });
    case "application/x-www-form-urlencoded":
      return pairs(body);
    case "application/json":
      return wholeBody(body);
  }
}

const NO_HEADERS = {
  filename: undefined,
  attributes: undefined,
  contentType: undefined,
  contentId: undefined,
} as const;

async function* wholeBody(content: AsyncIterable<Buffer>): AsyncGenerator<FormPart> {
  yield { ...NO_HEADERS, name: "", contentType: "application/json", content };
}

async function* pairs(body: AsyncIterable<Buffer>): AsyncGenerator<FormPart> {
  for await (const { name, content } of readFormUrlencoded(body)) {
    yield { ...NO_HEADERS, name, content };
  }
}

type MultipartOptions = { readonly isRelated: boolean; readonly takesBase64: boolean };

async function* multipartParts(
  body: AsyncIterable<Buffer>,
  contentType: string,
  options: MultipartOptions,
): AsyncGenerator<FormPart> {
  const boundary = parseBoundary(contentType);
  if (boundary === undefined) throw invalidField("content-type", "has no boundary, or a malformed one");
  for await (const part of readMultipart(body, boundary)) yield describePart(part, options);
}

/** The reference's own example names its files by Content-ID, as mails do. Without a name a related part is told by its place. */
function describePart(
  { headers, content }: MultipartPart,
  { isRelated, takesBase64 }: MultipartOptions,
): FormPart {
  const sent = headers.get("content-disposition") ?? (isRelated ? "attachment" : "");
  const disposition = parseContentDisposition(sent);
  const contentId = bareName(headers.get("content-id"));
  const name = disposition?.name ?? contentId ?? (isRelated ? "" : undefined);
  if (disposition === undefined || name === undefined) {
    throw invalidField("body", "a part has no name: its Content-Disposition is missing or malformed");
  }
  const { filename, attributes } = disposition;
  const contentType = headers.get("content-type")?.split(";", 1).join().trim().toLowerCase();
  const decoded = decodePart(name, headers, content, takesBase64);
  return { name, filename, attributes, contentType, contentId, content: decoded };
}

function decodePart(
  name: string,
  headers: MultipartPart["headers"],
  content: AsyncIterable<Buffer>,
  takesBase64: boolean,
): AsyncIterable<Buffer> {
  const encoding = headers.get("content-transfer-encoding")?.trim().toLowerCase() ?? "binary";
  if (takesBase64 && encoding === "base64") return decodeBase64(name, content);
  // RFC 7578, section 4.7: deprecated for forms. Encoded content must not be stored as if it were decoded.
  if (!["7bit", "8bit", "binary"].includes(encoding)) {
    const known = `7bit, 8bit${takesBase64 ? ", base64" : ""} or binary`;
    throw invalidField(name, `Content-Transfer-Encoding must be ${known}`);
  }
  return content;
}

/** RFC 2045, section 6.8: white space counts for nothing. Of what is no base64 nothing is stored. */
async function* decodeBase64(name: string, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = "";
  let isEnded = false;
  for await (const piece of content) {
    const text = left + piece.toString("latin1").replace(/[ \t\r\n]/g, "");
    const whole = text.length - (text.length % 4);
    left = text.slice(whole);
    if (whole === 0) continue;
    if (isEnded || !/^[A-Za-z0-9+/]*={0,2}$/.test(text.slice(0, whole))) throw notBase64(name);
    isEnded = text[whole - 1] === "=";
    yield Buffer.from(text.slice(0, whole), "base64");
  }
  if (left !== "") throw notBase64(name);
}

function notBase64(name: string): Failure {
  return invalidField(name, "is not base64, as its Content-Transfer-Encoding says");
}

/**
 * A name without its delimiters. A regular expression for the end would be tried again from each letter of a long run.
 */
export function bareName(name: string | undefined): string | undefined {
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

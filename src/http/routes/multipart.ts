import { Failure } from "../../model/failure.ts";
import { ByteWindow } from "./byte-window.ts";

/** A part of the body. */
export type MultipartPart = {
  /** By name in lower case; of a repeated one all values, joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** The bytes as they arrive. Unread bytes are skipped when the next part is requested. */
  readonly content: AsyncIterable<Buffer>;
};

/** RFC 2046, section 5.1.1. */
const BOUNDARY_LENGTH_MAX = 70;
const HEADERS_END = Buffer.from("\r\n\r\n");
/** Our choice: what a path of the greatest length takes, twice, and some more. */
export const PART_HEADER_BYTES_MAX = 16 * 1024;

/**
 * The parts of a multipart body, one after another, none of them ever completely in memory. The source is read only
 * when needed.
 *
 * This is our own parser, since the parsers that stream (busboy and those built on it) hide unknown parameters of
 * Content-Disposition, and silently cut headers that are too long or drop malformed ones; here each is a refusal.
 *
 * @throws Failure invalid-input unless it is a complete multipart body with that boundary.
 */
export async function* readMultipart(
  source: AsyncIterable<Buffer>,
  boundary: string,
): AsyncGenerator<MultipartPart> {
  // The first boundary may be at the very beginning, without the line end that belongs to every other one.
  const window = new ByteWindow(source, Buffer.from("\r\n"));
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  try {
    // The preamble is ignored.
    await skip(openSection(window, delimiter, { mayEnd: false }));
    while (!(await isClosed(window))) {
      const headers = await readHeaders(window);
      const section = openSection(window, delimiter, { mayEnd: true });
      yield { headers, content: section.read() };
      await skip(section);
    }
    // What follows the last boundary is ignored too, but it has to be read until the sender is done.
    do window.take(window.held.length);
    while (await window.grow());
  } finally {
    await window.close();
  }
}

/** @returns undefined if there is none. */
export function parseBoundary(contentType: string): string | undefined {
  const { quoted, token } =
    /;\s*boundary=(?:"(?<quoted>[^"]+)"|(?<token>[^\s;"]+))/i.exec(contentType)?.groups ?? {};
  const boundary = quoted ?? token;
  return boundary !== undefined &&
    boundary.length <= BOUNDARY_LENGTH_MAX &&
    /^[\x20-\x7e]*[\x21-\x7e]$/.test(boundary)
    ? boundary
    : undefined;
}

/** Up to the next delimiter, which is removed too. If a reader stops earlier, the next reader gets the rest. */
type Section = { read(): AsyncGenerator<Buffer> };

/**
 * @param mayEnd whether the body may end instead of a delimiter. Clients that never close their writer (Terraform's
 * provider) leave the last boundary out. If a body is cut off, its stream fails, so a body that has ended is complete.
 */
function openSection(window: ByteWindow, delimiter: Buffer, { mayEnd }: { mayEnd: boolean }): Section {
  let isPassed = false;
  return {
    async *read() {
      while (!isPassed) {
        const end = window.held.indexOf(delimiter);
        // The last bytes may be the beginning of a delimiter that has not arrived completely.
        const certain = end === -1 ? Math.max(0, window.held.length - delimiter.length + 1) : end;
        const content = window.take(certain);
        if (end !== -1) {
          window.take(delimiter.length);
          isPassed = true;
        }
        if (content.length > 0) yield content;
        if (isPassed || (await window.grow())) continue;
        if (!mayEnd) throw malformed("the boundary is not in it");
        isPassed = true;
        if (window.held.length > 0) yield window.take(window.held.length);
      }
    },
  };
}

async function skip(section: Section): Promise<void> {
  for await (const _ of section.read()) {
    // Skip what the reader has left.
  }
}

/** Two dashes after a boundary end the body, and so does the end of the stream. */
async function isClosed(window: ByteWindow): Promise<boolean> {
  while (window.held.length < 2) {
    if (!(await window.grow())) return true;
  }
  return window.held.toString("latin1", 0, 2) === "--";
}

async function readHeaders(window: ByteWindow): Promise<ReadonlyMap<string, string>> {
  let end = window.held.indexOf(HEADERS_END);
  while (end === -1 && window.held.length <= PART_HEADER_BYTES_MAX) {
    if (!(await window.grow())) throw malformed("it ends within the headers of a part");
    end = window.held.indexOf(HEADERS_END);
  }
  if (end === -1 || end > PART_HEADER_BYTES_MAX) {
    throw new Failure(
      "too-large",
      `Bad request: the headers of a part are larger than the limit of ${PART_HEADER_BYTES_MAX} bytes`,
    );
  }
  const headers = parseHeaders(decode(window.take(end)));
  window.take(HEADERS_END.length);
  return headers;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed("the headers of a part are not UTF-8");
  }
}

function parseHeaders(text: string): ReadonlyMap<string, string> {
  // RFC 5322, section 2.2.3: a line that begins with a space continues the previous line.
  const [padding, ...lines] = text.replaceAll(/\r\n([ \t])/g, "$1").split("\r\n");
  if (padding!.trim() !== "") throw malformed("something stands behind a boundary");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const { name, value } = /^(?<name>[!#$%&'*+.^_`|~\w-]+):(?<value>[^\r\n\0]*)$/.exec(line)?.groups ?? {};
    if (name === undefined || value === undefined) throw malformed("a header of a part is malformed");
    const key = name.toLowerCase();
    const before = headers.get(key);
    const text = value.replace(/^[ \t]+/, "");
    headers.set(key, before === undefined ? text : `${before}, ${text}`);
  }
  return headers;
}

function malformed(problem: string): Failure {
  return new Failure("invalid-input", `Bad request: the body is not multipart/form-data: ${problem}`, {
    fields: { body: [problem] },
  });
}

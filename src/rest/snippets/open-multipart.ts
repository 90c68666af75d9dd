import { Readable } from "node:stream";
import type { PathEntry } from "../../git/objects/read-tree.ts";
import type { RestRequest } from "../../http/routes/declaration.ts";
import { servedTypeOf } from "../../model/media-type.ts";
import type { OpenSnippet } from "../../model/snippet.ts";
import { openContent, readContentSize } from "../../operations/source/source.ts";
import type { Ports } from "../../ports.ts";

export type MultipartKind = "related" | "form-data";

export type MultipartAnswer = { readonly contentType: string; readonly stream: Readable };

type Whole = {
  readonly kind: MultipartKind;
  readonly snippet: OpenSnippet;
  readonly json: object;
  readonly files: readonly PathEntry[];
};

/** Of the reference's examples. */
const ROOT = "snippet";
/** A line of base64 has 76 characters at most: RFC 2045, section 6.8. */
const BASE64_LINE_BYTES = 57;

/** A snippet with all its files, one after another as they are read: none of them is in memory. */
export function openMultipart(
  ports: Ports,
  request: Pick<RestRequest, "signal" | "takeSlot">,
  whole: Whole,
): MultipartAnswer {
  const boundary = `snippet-${ports.randomBytes(16).toString("hex")}`;
  const start = whole.kind === "related" ? `; start="${ROOT}"` : "";
  return {
    contentType: `multipart/${whole.kind}${start}; boundary="${boundary}"`,
    stream: Readable.from(writeParts(ports, request, whole, boundary)),
  };
}

async function* writeParts(
  ports: Ports,
  { signal, takeSlot }: Pick<RestRequest, "signal" | "takeSlot">,
  { kind, snippet, json, files }: Whole,
  boundary: string,
): AsyncGenerator<Buffer> {
  const open = (headers: readonly string[]) =>
    Buffer.from(`--${boundary}\r\n${headers.join("\r\n")}\r\n\r\n`);
  const end = Buffer.from("\r\n");
  for (const [headers, text] of kind === "related" ? [rootPart(json)] : fieldParts(snippet)) {
    yield open(headers);
    yield Buffer.from(text);
    yield end;
  }
  for (const entry of files) {
    const type = servedTypeOf(entry.path.toString());
    const isText = type.startsWith("text/");
    yield open(fileHeaders(kind, entry, type, isText ? "8bit" : "base64"));
    const size = await readContentSize(ports, snippet.repository, entry);
    const content = await openContent(ports, snippet.repository, { entry, size }, { signal, takeSlot });
    const pieces = Buffer.isBuffer(content) ? [content] : (content as AsyncIterable<Buffer>);
    if (isText) yield* pieces;
    else yield* encodeBase64(pieces);
    yield end;
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

type Part = readonly [headers: readonly string[], text: string];

function rootPart(json: object): Part {
  return [
    [`Content-Type: application/json; charset="utf-8"`, "MIME-Version: 1.0", `Content-ID: ${ROOT}`],
    JSON.stringify(json),
  ];
}

/** Only what is flat: the reference leaves the rest out. */
function fieldParts({ title, isPrivate }: OpenSnippet): readonly Part[] {
  return [
    ["title", title],
    ["is_private", String(isPrivate)],
    ["scm", "git"],
  ].map(([name, text]) => [
    [`Content-Disposition: form-data; name="${name}"`, `Content-Type: text/plain; charset="utf-8"`],
    text!,
  ]);
}

function fileHeaders(
  kind: MultipartKind,
  { path }: PathEntry,
  type: string,
  encoding: "8bit" | "base64",
): readonly string[] {
  const name = quote(path.toString());
  const common = [`Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`];
  return kind === "related"
    ? [
        ...common,
        "MIME-Version: 1.0",
        `Content-ID: "${name}"`,
        `Content-Disposition: attachment; filename="${name}"`,
      ]
    : [`Content-Disposition: form-data; name="file"; filename="${name}"`, ...common];
}

/** As forms write it: a name that was pushed may have anything in it. */
function quote(text: string): string {
  return text.replaceAll('"', "%22").replaceAll(/\p{Cc}/gu, (each) => encodeURIComponent(each));
}

async function* encodeBase64(pieces: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  let left: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const held = Buffer.concat([left, piece]);
    const whole = held.length - (held.length % BASE64_LINE_BYTES);
    left = held.subarray(whole);
    if (whole > 0) yield Buffer.from(`${lines(held.subarray(0, whole))}\r\n`);
  }
  if (left.length > 0) yield Buffer.from(lines(left));
}

function lines(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll(/.{76}(?=.)/g, "$&\r\n");
}

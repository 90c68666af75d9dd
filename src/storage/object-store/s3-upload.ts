import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ByteRange, UploadSource } from "./object-store.ts";
import { attempt, type S3, type SignatureLife, type SignedCommand } from "./s3-client.ts";
import { findErrorCode, readAnswer, refuse } from "./store-answer.ts";
import { type AttemptedRequest, type Patience, StoreBusyError, withAttempts } from "./store-attempts.ts";
import type { StoreTransport } from "./store-transport.ts";

const MIB = 1024 ** 2;

/** Above this an object is uploaded in parts, so that what is cut off is not sent again from its beginning. */
export const SINGLE_BYTES_MAX = 64 * MIB;
const PART_BYTES_MIN = 16 * MIB;
/** All stores take this many of one object. */
const PARTS_MAX = 10_000;
/** At a time, of one upload. */
const PARALLEL_PARTS = 4;

export type Upload = {
  readonly request: AttemptedRequest;
  readonly place: { readonly Bucket: string; readonly Key: string };
  readonly source: UploadSource;
  readonly life: SignatureLife;
  readonly signal: AbortSignal | undefined;
};

type Senders = { readonly s3: S3; readonly transport: StoreTransport; readonly patience: Patience };

/**
 * Sends an object in one request.
 *
 * @throws Failure unavailable
 */
export async function sendWhole(senders: Senders, upload: Upload): Promise<void> {
  const { s3 } = senders;
  await put(
    senders,
    upload,
    undefined,
    (headers) => new s3.sdk.PutObjectCommand({ ...upload.place, ...headers }),
  );
}

/**
 * Sends an object in parts, and has them put together.
 *
 * @throws Failure unavailable
 */
export async function sendParts(senders: Senders, upload: Upload, uploadId: string): Promise<void> {
  const { s3 } = senders;
  const { place, source } = upload;
  const ranges = partRanges(source.bytes);
  const tags: string[] = new Array(ranges.length);
  const failing = new AbortController();
  const signal = AbortSignal.any([failing.signal, ...(upload.signal ? [upload.signal] : [])]);
  let next = 0;
  async function sendSome(): Promise<void> {
    for (let index = next++; index < ranges.length; index = next++) {
      const part = { ...place, UploadId: uploadId, PartNumber: index + 1 };
      const command = (headers: SignedHeaders) => new s3.sdk.UploadPartCommand({ ...part, ...headers });
      const tag = await put(senders, { ...upload, signal }, ranges[index], command);
      if (tag === undefined) refuse(upload.request, 200, "without an ETag");
      tags[index] = tag;
    }
  }
  const lanes = Array.from({ length: PARALLEL_PARTS }, sendSome);
  try {
    await Promise.all(lanes);
  } catch (error) {
    failing.abort(error);
    // None of them still reads the source when its owner is told.
    await Promise.allSettled(lanes);
    throw error;
  }
  await complete(senders, upload, uploadId, tags);
}

/** Both are signed, and compared by the store. */
type SignedHeaders = { readonly ContentLength: number; readonly ContentMD5: string };

/** @returns the ETag of what has been stored. */
function put(
  { s3, transport, patience }: Senders,
  { request, source, life, signal }: Upload,
  range: ByteRange | undefined,
  command: (headers: SignedHeaders) => SignedCommand,
): Promise<string | undefined> {
  const bytes = range === undefined ? source.bytes : range.last - range.first + 1;
  let md5: string | undefined;
  return withAttempts(request, patience, signal, async () => {
    md5 ??= await digest(source.open(range));
    // Signed for each attempt, since credentials may be replaced meanwhile; and always from the same moment, so that whoever
    // was frozen for longer than the signature's life sends what the store refuses.
    const signed = command({ ContentLength: bytes, ContentMD5: md5 });
    const url = await attempt(request, { send: () => s3.sign(signed, life) });
    const answer = await transport.send({
      method: "PUT",
      url,
      headers: { "content-length": String(bytes), "content-md5": md5 },
      body: source.open(range),
      signal,
    });
    const text = await readAnswer(answer);
    if (answer.statusCode !== 200) refuse(request, answer.statusCode!, findErrorCode(text));
    return answer.headers.etag;
  });
}

async function digest(content: Readable | Buffer): Promise<string> {
  const hash = createHash("md5");
  if (content instanceof Readable) await pipeline(content, hash);
  else hash.update(content);
  return hash.digest("base64");
}

async function complete(
  { s3, transport, patience }: Senders,
  { request, place, source, life, signal }: Upload,
  uploadId: string,
  tags: readonly string[],
): Promise<void> {
  const parts = tags.map(
    (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(tag)}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`;
  await withAttempts(request, patience, signal, async () => {
    const command = new s3.sdk.CompleteMultipartUploadCommand({ ...place, UploadId: uploadId });
    const answer = await transport.send({
      method: "POST",
      url: await attempt(request, { send: () => s3.sign(command, life) }),
      headers: { "content-type": "application/xml", "content-length": String(Buffer.byteLength(body)) },
      body,
      stallMs: patience.completionMs,
      signal,
    });
    const text = await readAnswer(answer);
    const code = findErrorCode(text);
    // An earlier attempt may have succeeded, and its answer been lost.
    if (code === "NoSuchUpload" && (await hasBytes(s3, place, source.bytes))) return;
    // The store begins its answer before it knows how it will end, so an error may have this status too.
    if (answer.statusCode === 200 && code !== undefined) throw new StoreBusyError(`status 200 ${code}`);
    if (answer.statusCode !== 200) refuse(request, answer.statusCode!, code);
    if (!text.includes("CompleteMultipartUploadResult"))
      throw new StoreBusyError("an answer that is not understood");
  });
}

async function hasBytes(s3: S3, place: Upload["place"], bytes: number): Promise<boolean> {
  try {
    const found = await s3.client.send(new s3.sdk.HeadObjectCommand(place));
    return found.ContentLength === bytes;
  } catch {
    // The attempt is then judged by what the store has said to it.
    return false;
  }
}

/** Parts of one size, but for the last, in whole MiB. */
export function partRanges(bytes: number): readonly ByteRange[] {
  const partBytes = Math.max(PART_BYTES_MIN, Math.ceil(bytes / PARTS_MAX / MIB) * MIB);
  return Array.from({ length: Math.max(1, Math.ceil(bytes / partBytes)) }, (_, index) => ({
    first: index * partBytes,
    last: Math.min(bytes, (index + 1) * partBytes) - 1,
  }));
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

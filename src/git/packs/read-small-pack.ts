import { hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { crc32, inflateSync } from "node:zlib";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import type { ObjectType } from "../objects/object-type.ts";

export type SmallPackLimits = {
  readonly objectsMax: number;
  /** Of one content, and of a delta. */
  readonly objectBytesMax: number;
  /** Of all contents and deltas together. */
  readonly contentBytesMax: number;
};

/** Where an entry lies in its pack, with the CRC-32 of its bytes there. */
type Location = { readonly offset: number; readonly crc: number };

export type WholeEntry = Location & {
  readonly kind: "whole";
  readonly type: ObjectType;
  readonly content: Buffer;
};
export type DeltaEntry = Location & {
  readonly kind: "delta";
  /** The offset of an entry before this one, or the id of an object anywhere. */
  readonly base: number | ObjectId;
  readonly delta: Buffer;
};
export type PackEntry = WholeEntry | DeltaEntry;

/** gitformat-pack(5). */
const TYPES: Readonly<Record<number, ObjectType>> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
const OFFSET_DELTA = 6;
const ID_DELTA = 7;
const PACK_HEADER_BYTES = 12;
export const TRAILER_BYTES = 20;
const ID_BYTES = 20;
/** Longer sizes and offsets are beyond any small pack. */
const VARINT_BYTES_MAX = 5;

/** Unpacking goes on after so many bytes only when whoever else waits has had a turn. */
const BYTES_AT_ONCE = 64 * 1024;

/**
 * Reads a pack that is whole in memory.
 *
 * @returns undefined if anything is not as git writes it, or beyond the limits: git itself has to say what it is then.
 */
export async function readSmallPack(
  pack: Buffer,
  limits: SmallPackLimits,
): Promise<readonly PackEntry[] | undefined> {
  if (pack.length < PACK_HEADER_BYTES + TRAILER_BYTES) return undefined;
  const end = pack.length - TRAILER_BYTES;
  const count = pack.readUInt32BE(8);
  if (pack.toString("latin1", 0, 4) !== "PACK" || pack.readUInt32BE(4) !== 2) return undefined;
  if (count > limits.objectsMax) return undefined;
  if (hash("sha1", pack.subarray(0, end), "hex") !== pack.toString("hex", end)) return undefined;
  const entries: PackEntry[] = [];
  const body = pack.subarray(0, end);
  let offset = PACK_HEADER_BYTES;
  let bytes = 0;
  let bytesAtPause = 0;
  for (let index = 0; index < count; index += 1) {
    const read = readEntry(body, offset, Math.min(limits.objectBytesMax, limits.contentBytesMax - bytes));
    if (read === undefined) return undefined;
    entries.push(read.entry);
    offset = read.end;
    bytes += read.bytes;
    if (bytes - bytesAtPause > BYTES_AT_ONCE) {
      bytesAtPause = bytes;
      await setImmediate();
    }
  }
  return offset === end ? entries : undefined;
}

type ReadEntry = { readonly entry: PackEntry; readonly end: number; readonly bytes: number };

function readEntry(body: Buffer, offset: number, bytesMax: number): ReadEntry | undefined {
  const header = readEntryHeader(body, offset);
  if (header === undefined || header.size > bytesMax) return undefined;
  const base = readBase(body, offset, header);
  const type = TYPES[header.type];
  if (base === undefined && type === undefined) return undefined;
  const start = base?.end ?? header.end;
  const inflated = inflateAt(body, start, header.size);
  if (inflated === undefined) return undefined;
  const end = start + inflated.packedBytes;
  const location = { offset, crc: crc32(body.subarray(offset, end)) };
  const { content } = inflated;
  const entry: PackEntry =
    base === undefined
      ? { kind: "whole", type: type!, content, ...location }
      : { kind: "delta", base: base.of, delta: content, ...location };
  return { entry, end, bytes: header.size };
}

type EntryHeader = { readonly type: number; readonly size: number; readonly end: number };

/** The type and the lowest four bits of the size, then seven bits a byte while more follow. */
function readEntryHeader(body: Buffer, offset: number): EntryHeader | undefined {
  let byte = body[offset];
  if (byte === undefined) return undefined;
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  let end = offset + 1;
  for (let factor = 16; byte & 0x80; factor *= 128) {
    byte = body[end];
    if (byte === undefined || end - offset >= VARINT_BYTES_MAX) return undefined;
    size += (byte & 0x7f) * factor;
    end += 1;
  }
  return { type, size, end };
}

/** What a delta is against, and where its bytes begin. */
function readBase(
  body: Buffer,
  offset: number,
  { type, end }: EntryHeader,
): { readonly of: number | ObjectId; readonly end: number } | undefined {
  if (type === ID_DELTA) {
    const of = parseObjectId(body.toString("hex", end, end + ID_BYTES));
    return of === undefined ? undefined : { of, end: end + ID_BYTES };
  }
  if (type !== OFFSET_DELTA) return undefined;
  // Each further byte adds one to what came before, so that there is one form for each number.
  let byte = body[end];
  let at = end + 1;
  let back = (byte ?? 0) & 0x7f;
  while (byte !== undefined && byte & 0x80) {
    byte = body[at];
    at += 1;
    if (at - end > VARINT_BYTES_MAX) return undefined;
    back = (back + 1) * 128 + ((byte ?? 0) & 0x7f);
  }
  const of = offset - back;
  return byte === undefined || back === 0 || of < PACK_HEADER_BYTES ? undefined : { of, end: at };
}

/** @returns undefined unless there is a deflated content of exactly that size. */
function inflateAt(
  body: Buffer,
  start: number,
  size: number,
): { readonly content: Buffer; readonly packedBytes: number } | undefined {
  try {
    const options = { info: true, maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) };
    const { buffer, engine } = inflateSync(body.subarray(start), options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return buffer.length === size ? { content: buffer, packedBytes: engine.bytesWritten } : undefined;
  } catch {
    // Whatever zlib says of it, git says it in words for the sender.
    return undefined;
  }
}

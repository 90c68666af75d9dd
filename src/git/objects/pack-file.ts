import { inflateSync } from "node:zlib";
import { applyDelta } from "./apply-delta.ts";
import type { ObjectType } from "./object-type.ts";
import type { PackBytes } from "./pack-bytes.ts";
import type { PackIndex } from "./pack-index.ts";

/** gitformat-pack(5), "Object types". */
const TYPES: Readonly<Record<number, ObjectType>> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;
const ID_BYTES = 20;

/** Larger objects are git's to read: inflating them would keep everybody else waiting. */
export const SMALL_BYTES_MAX = 64 * 1024;
/** git's own default of a full repack is 50; chains that are longer are its to follow. */
const DEPTH_MAX = 64;
/** Type and size, and a distance or an id. No number that means anything here takes more than 10 bytes. */
const HEAD_BYTES_MAX = 10 + ID_BYTES;
/** What zlib makes at most of bytes that it cannot make fewer: more than its own `compressBound`. */
const compressedBytesMax = (size: number) => size + (size >>> 8) + 64;

/** zlib takes no smaller ones. */
const CHUNK_BYTES_MIN = 64;

type Entry = {
  readonly type: ObjectType | "delta";
  /** Of the content, or of the delta. */
  readonly size: number;
  readonly baseAt: number;
  readonly contentAt: number;
};

export type PackedObject = { readonly type: ObjectType; readonly content: Buffer };

/** The small object at an offset in an open pack. Undefined: not small, damaged, or with a base that is not in this pack. */
export function readPackedObject(
  pack: PackBytes,
  index: PackIndex,
  offset: number,
): PackedObject | undefined {
  const deltas: Buffer[] = [];
  let at = offset;
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    const entry = readEntry(pack, index, at);
    if (entry === undefined || entry.size > SMALL_BYTES_MAX) return undefined;
    const bytes = inflate(pack, entry);
    if (bytes === undefined) return undefined;
    if (entry.type !== "delta") {
      const content = applyDeltas(bytes, deltas);
      return content && { type: entry.type, content };
    }
    deltas.push(bytes);
    at = entry.baseAt;
  }
  return undefined;
}

/** The last one is the one of the base itself. */
function applyDeltas(base: Buffer, deltas: readonly Buffer[]): Buffer | undefined {
  return deltas.reduceRight<Buffer | undefined>(
    (content, delta) => content && applyDelta(content, delta, SMALL_BYTES_MAX),
    base,
  );
}

function readEntry(pack: PackBytes, index: PackIndex, offset: number): Entry | undefined {
  const read = pack.read(offset, HEAD_BYTES_MAX);
  let at = 0;
  let byte = read[at++] ?? 0;
  const type = (byte >>> 4) & 7;
  let size = byte & 15;
  for (let unit = 16; byte >= 0x80; unit *= 128) {
    byte = read[at++] ?? 0;
    size += (byte & 0x7f) * unit;
  }
  let baseAt = 0;
  if (type === OFFSET_DELTA) {
    byte = read[at++] ?? 0;
    let distance = byte & 0x7f;
    while (byte >= 0x80) {
      byte = read[at++] ?? 0;
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    baseAt = offset - distance;
    if (distance === 0 || baseAt <= 0) return undefined;
  } else if (type === REFERENCE_DELTA) {
    const base = read.subarray(at, at + ID_BYTES);
    const found = base.length === ID_BYTES ? index.find(base) : undefined;
    if (found === undefined) return undefined;
    baseAt = found;
    at += ID_BYTES;
  }
  const known = type === OFFSET_DELTA || type === REFERENCE_DELTA ? "delta" : TYPES[type];
  return known && { type: known, size, baseAt, contentAt: offset + at };
}

function inflate(pack: PackBytes, { size, contentAt }: Entry): Buffer | undefined {
  const bytes = pack.read(contentAt, compressedBytesMax(size));
  try {
    // One byte more than there should be, so that the end is seen with the first chunk.
    const content = inflateSync(bytes, {
      chunkSize: Math.max(CHUNK_BYTES_MIN, size + 1),
      maxOutputLength: size + 1,
    });
    return content.length === size ? content : undefined;
  } catch {
    return undefined;
  }
}

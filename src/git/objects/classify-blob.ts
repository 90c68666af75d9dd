import { buffer } from "node:stream/consumers";
import type { ObjectId } from "../../model/object-id.ts";
import type { ObjectReader } from "./object-reader.ts";
import { type BlobSource, openBlob, WHOLE_BLOB_BYTES_MAX } from "./open-blob.ts";
import type { BlobClassification } from "./reader-slots.ts";

/** git's own measure of what is binary: a NUL among so many bytes (xdiff-interface.c, `FIRST_FEW_BYTES`). */
const LOOKED_AT_BYTES = 8000;

/** git-lfs, docs/spec.md: a pointer is shorter than this. */
const POINTER_BYTES_MAX = 1024;
const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[a-z0-9.-]+ .*\n)*oid sha256:[0-9a-f]{64}\nsize (?<size>\d+)\n$/;

/** How large the file is that a pointer stands for; undefined if it is none, or tells no size that can be. */
export function parsePointedSize(content: Buffer): number | undefined {
  if (content.length >= POINTER_BYTES_MAX) return undefined;
  const size = Number(POINTER.exec(content.toString("latin1"))?.groups?.size);
  return Number.isSafeInteger(size) ? size : undefined;
}

export function classifyBlob(content: Buffer): BlobClassification {
  if (content.length < POINTER_BYTES_MAX && POINTER.test(content.toString("latin1"))) return "lfs";
  return content.subarray(0, LOOKED_AT_BYTES).includes(0) ? "binary" : "text";
}

export type ClassifiedSource = BlobSource & {
  readonly objects: Pick<ObjectReader, "slots" | "classifications">;
};

/** Reads no more of a large blob than it needs. */
export async function readBlobClassification(
  source: ClassifiedSource,
  blob: { readonly id: ObjectId; readonly size: number },
  signal: AbortSignal,
): Promise<BlobClassification> {
  if (blob.size === 0) return "text";
  const { slots, classifications } = source.objects;
  const found = classifications.find(blob.id);
  if (found !== undefined) return found;
  if (blob.size <= WHOLE_BLOB_BYTES_MAX) {
    const content = await openBlob(source, blob, { signal });
    return classifyBlob(Buffer.isBuffer(content) ? content : await buffer(content));
  }
  const leave = await slots.classification.take([{ kind: "repository", id: source.gitDir }], signal);
  try {
    const classification = classifications.find(blob.id) ?? (await lookIntoLargeBlob(source, blob, signal));
    classifications.add(blob.id, classification);
    return classification;
  } finally {
    leave();
  }
}

async function lookIntoLargeBlob(
  source: BlobSource,
  blob: { readonly id: ObjectId; readonly size: number },
  signal: AbortSignal,
): Promise<BlobClassification> {
  const range = { first: 0, last: LOOKED_AT_BYTES - 1 };
  const content = await openBlob(source, blob, { range, signal });
  return classifyBlob(Buffer.isBuffer(content) ? content : await buffer(content));
}

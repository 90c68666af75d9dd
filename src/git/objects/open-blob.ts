import { Readable } from "node:stream";
import type { ObjectId } from "../../model/object-id.ts";
import { openGitStream } from "../process/git-stream.ts";
import type { TakeSlot } from "../process/process-slots.ts";
import type { ObjectReader } from "./object-reader.ts";

export type BlobSource = {
  readonly gitDir: string;
  readonly objects: Pick<ObjectReader, "readHeader" | "readObject">;
};

/** Bytes of a blob, from 0, both ends included. */
export type ByteRange = { readonly first: number; readonly last: number };

export type BlobOptions = {
  readonly range?: ByteRange | undefined;
  readonly signal: AbortSignal;
  /** Waits for a turn to run a process. */
  readonly takeSlot?: TakeSlot;
};

/** Up to here a blob is read whole by the processes that are there already; above, one process of its own streams it. */
export const WHOLE_BLOB_BYTES_MAX = 1024 * 1024;

/**
 * The content of a blob whose size is known, or a part of it. A large one is never held whole.
 *
 * @throws Error if the repository has no such blob: it is damaged then.
 */
export async function openBlob(
  { gitDir, objects }: BlobSource,
  { id, size }: { readonly id: ObjectId; readonly size: number },
  { range, signal, takeSlot }: BlobOptions,
): Promise<Buffer | Readable> {
  if (size > WHOLE_BLOB_BYTES_MAX) {
    const stream = await openGitStream(["cat-file", "blob", id], {
      gitDir,
      signal,
      ...(takeSlot === undefined ? {} : { takeSlot }),
    });
    return range === undefined ? stream : Readable.from(cut(stream, range), { objectMode: false });
  }
  const object = await objects.readObject(gitDir, id);
  if (object?.type !== "blob") throw new Error(`blob ${id} of ${gitDir} is missing or damaged`);
  return range === undefined ? object.content : object.content.subarray(range.first, range.last + 1);
}

/** Leaving the loop early destroys the stream, and with it the process. */
async function* cut(stream: Readable, { first, last }: ByteRange): AsyncGenerator<Buffer> {
  let offset = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const part = chunk.subarray(Math.max(0, first - offset), last + 1 - offset);
    offset += chunk.length;
    if (part.length > 0) yield part;
    if (offset > last) return;
  }
}

import type { Readable } from "node:stream";
import { Failure } from "../../model/failure.ts";

/** A range of bytes, from 0, both ends included (RFC 9110, section 14.1.2). */
export type ByteRange = { readonly first: number; readonly last: number };

/** Bytes of known length that can be read several times: a request without an answer is sent again. */
export type UploadSource = {
  readonly bytes: number;
  /** The whole without a range. A range is within it. */
  open(range?: ByteRange): Readable | Buffer;
};

export type ListedObject = { readonly key: string; readonly bytes: number; readonly changedAt: Date };

/** An upload in parts that was neither completed nor aborted. */
export type ListedUpload = { readonly key: string; readonly uploadId: string; readonly begunAt: Date };

/** An upload whose requests are signed. */
export type PreparedUpload = {
  /** Of an upload in parts: `abortUpload` frees what it has stored. Undefined of an upload in one request. */
  readonly uploadId: string | undefined;
  /**
   * Sends the bytes, again where there was no answer or the store asked for patience, until the signature runs out. The
   * store compares them with a checksum.
   *
   * @throws Failure unavailable if the store did not acknowledge all of it. It may have it nonetheless.
   */
  send(source: UploadSource, signal?: AbortSignal): Promise<void>;
};

/** The store has no object of this name (any more). */
export class NoSuchObjectError extends Error {
  constructor(key: string) {
    super(`the object store has no object ${key}`);
    this.name = "NoSuchObjectError";
  }
}

/** The object has fewer bytes than the range that was asked for. `reason` is for the log: which object, and what was found. */
export class ShortObjectError extends Failure {
  constructor(reason: string) {
    super("unavailable", "Cannot read from the object store: an object in it is shorter than it was", {
      reason,
    });
    this.name = "ShortObjectError";
  }
}

/**
 * Bytes under keys, in a bucket below a prefix. Needed of it: what was acknowledged stays and is read at once by
 * everybody, ranges, a list, deletion. Not needed: conditional writes, renames, versions. All methods try again for a
 * while what the store did not answer or asked patience for (500, 503 SlowDown, a cut connection), and then throw Failure
 * unavailable. Keys are relative to the prefix.
 */
export type ObjectStore = {
  /** `s3://bucket/prefix`, for people. */
  readonly url: string;
  /**
   * Signs the requests of an upload. No request is made, but for an upload in parts (above 64 MiB), which is begun.
   *
   * @param signedAt from when the signatures hold, for `lifeMs`: after that the store refuses the requests, whenever they
   * are sent.
   */
  prepareUpload(
    key: string,
    bytes: number,
    signature: { readonly signedAt: Date; readonly lifeMs: number },
  ): Promise<PreparedUpload>;
  /**
   * A stream that fails if it is cut off or stalls. The length of what comes is checked, the content is not.
   *
   * @throws NoSuchObjectError, ShortObjectError
   */
  read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable>;
  /** The whole object, or the range, in memory. @throws NoSuchObjectError, ShortObjectError */
  readBytes(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Buffer>;
  /** Its length in bytes; undefined if there is none. */
  findBytes(key: string): Promise<number | undefined>;
  /** Writes a small object at once, under a key that may be there already. */
  write(key: string, content: Buffer): Promise<void>;
  /** Does nothing if there is none. */
  delete(key: string): Promise<void>;
  abortUpload(key: string, uploadId: string): Promise<void>;
  /** In the order of the keys' bytes, a page of the store's size at a time. */
  list(prefix: string): AsyncIterable<readonly ListedObject[]>;
  listUploads(prefix: string): AsyncIterable<readonly ListedUpload[]>;
  close(): void;
};

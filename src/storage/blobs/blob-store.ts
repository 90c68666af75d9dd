import type { Readable } from "node:stream";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";

/** Bytes that are no Git object. Its name is made for it and used once, never what a caller sent. */
export type BlobId = {
  /** What it goes with, such as a repository. */
  readonly ownerUuid: Uuid;
  readonly uuid: Uuid;
};

export type PutOptions = {
  readonly bytesMax: number;
  /** What they must be: 64 hex digits. */
  readonly sha256?: string;
};

/** Bytes from 0, both ends included. */
export type BlobRange = { readonly first: number; readonly last: number };

export type BlobLocation = {
  /** Where it is or should be, in words for an operator. */
  readonly path: string;
  /** Undefined: it is not there. */
  readonly found: { readonly sizeBytes: number; readonly changedAt: Date } | undefined;
};

/** Blobs of which it is not certain whether they have a row. */
export type BlobIntent = {
  /** Each has its row, or is gone. */
  confirm(): Promise<void>;
};

/** Files beside the database, of one kind: rows name them, and are written when the file is whole. */
export type BlobStore = {
  /**
   * Streams bytes in. They are there whole, and survive a loss of power, or not at all.
   *
   * @returns their number.
   * @throws Failure too-large beyond `bytesMax`, invalid-input if they are not those of `sha256`.
   */
  put(blob: BlobId, source: AsyncIterable<Buffer>, options: PutOptions): Promise<number>;
  /** Undefined if it is gone. What is opened can be read to its end, also if it is deleted meanwhile. */
  open(blob: BlobId, range?: BlobRange): Promise<Readable | undefined>;
  locate(blob: BlobId): Promise<BlobLocation>;
  /**
   * Gives its bytes as a file, which must not be written to, for as long as `work` takes.
   *
   * @throws Error ENOENT if it is gone.
   */
  withFile<T>(blob: BlobId, work: (path: string) => Promise<T>): Promise<T>;
  /** Does nothing if it is gone. */
  delete(blob: BlobId): Promise<void>;
  deleteOwner(ownerUuid: Uuid): Promise<void>;
  list(): Promise<readonly BlobId[]>;
  /** Before rows come or go: if the server ends before `confirm`, the next `sweep` looks for the rows. */
  openIntent(blobs: readonly BlobId[]): Promise<BlobIntent>;
  /**
   * Removes what was cut off. For start-up: nothing but the one server writes.
   *
   * @param hasRow whether the database knows of a blob.
   */
  sweep(hasRow: (blob: BlobId) => Promise<boolean>): Promise<void>;
};

export function tooLarge(bytesMax: number): Failure {
  return new Failure("too-large", `Cannot store the file: it is larger than ${bytesMax} bytes`);
}

export function wrongDigest(): Failure {
  return new Failure("invalid-input", "Cannot store the file: its bytes are not those of its SHA-256");
}

import type { Readable } from "node:stream";
import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Schema } from "../sql/schema.ts";

/**
 * Identifies bytes that are not a Git object. The id is created for them and used once; it never comes from a caller.
 */
export type BlobId = {
  /** What the blob belongs to, such as a repository. */
  readonly ownerUuid: Uuid;
  readonly uuid: Uuid;
};

export type PutOptions = {
  readonly bytesMax: number;
  /** The expected checksum: 64 hex digits. */
  readonly sha256?: string;
};

export type BlobLocation = {
  /** Where the blob is or should be, in words for an operator. */
  readonly path: string;
  /** Undefined if it does not exist. */
  readonly found: { readonly sizeBytes: number; readonly changedAt: Date } | undefined;
};

/** Blobs whose rows are about to be written or deleted. */
export type BlobIntent = {
  /** To be called once each blob has its row, or is deleted. */
  confirm(): Promise<void>;
};

/** A blob whose bytes are stored, and to which no row refers yet. It has to be recorded, or discarded. */
export type NewBlob = {
  readonly sizeBytes: number;
  /**
   * To be called in the transaction that writes the row which refers to the blob. Until it has committed, nobody can
   * open the blob, or nobody looks for it.
   *
   * @throws Failure unavailable if it took too long, so that the bytes are given up.
   */
  record(tx: Kysely<Schema>): Promise<void>;
  /**
   * To be called if the transaction was not committed, or if nobody knows whether it was. What a row may refer to is
   * left in place.
   */
  discard(outcome: "rolled-back" | "unknown"): Promise<void>;
};

/** Files beside the database, of one kind. Rows refer to them, and are written once the file is complete. */
export type BlobStore = {
  /**
   * Stores bytes from a stream. Either all of them are stored and survive a loss of power, or none.
   *
   * @throws Failure too-large beyond `bytesMax`, invalid-input if they do not match `sha256`.
   */
  put(blob: BlobId, source: AsyncIterable<Buffer>, options: PutOptions): Promise<NewBlob>;
  /**
   * Undefined if it was deleted. An open blob can be read to its end, even if it is deleted meanwhile.
   *
   * @throws Failure unavailable if its bytes are lost or damaged, as far as that can be told from a file. The stream fails so too.
   */
  open(blob: BlobId): Promise<Readable | undefined>;
  locate(blob: BlobId): Promise<BlobLocation>;
  /**
   * Provides the bytes as a file, which must not be written to, for as long as `work` takes.
   *
   * @throws Error ENOENT if it was deleted.
   */
  withFile<T>(blob: BlobId, work: (path: string) => Promise<T>): Promise<T>;
  /** To be called in the transaction that deletes the rows which refer to them. */
  release(tx: Kysely<Schema>, blobs: readonly BlobId[]): Promise<void>;
  /** To be called once that transaction has committed. Does nothing if it does not exist. */
  delete(blob: BlobId): Promise<void>;
  /** To be called once the row of the owner is deleted. */
  deleteOwner(ownerUuid: Uuid): Promise<void>;
  list(): Promise<readonly BlobId[]>;
  /**
   * To be called before rows are written or deleted: if the server ends before `confirm`, the next `sweep` looks for
   * the rows.
   */
  openIntent(blobs: readonly BlobId[]): Promise<BlobIntent>;
  /**
   * Removes what was cut off. To be called at start-up, when no other server writes.
   *
   * @param hasRow whether the database has a row for a blob.
   */
  sweep(hasRow: (blob: BlobId) => Promise<boolean>): Promise<void>;
};

export function tooLarge(bytesMax: number): Failure {
  return new Failure("too-large", `Cannot store the file: it is larger than ${bytesMax} bytes`);
}

export function wrongDigest(): Failure {
  return new Failure("invalid-input", "Cannot store the file: its bytes are not those of its SHA-256");
}

import type { Readable } from "node:stream";
import type { UploadCounts } from "../../metrics/metrics.ts";
import type { UploadSource } from "../object-store/object-store.ts";
import type { StoredObjectRow } from "../sql/schema/stored-objects.ts";
import type { ObjectName, Sections, UploadedObject } from "../sql/stored-objects/stored-objects.ts";

/** Objects this small go into the database, in the transaction that names them: a push then needs no request to the store. */
export const INLINE_BYTES_MAX = 64 * 1024;

export type UploadRequest = {
  readonly kind: StoredObjectRow["kind"];
  readonly source: UploadSource;
  readonly sections?: Sections;
  readonly signal?: AbortSignal;
};

/** What has to be known of a named object to read it. */
export type StoredObjectPlace = {
  readonly name: ObjectName;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly isInline: boolean;
};

/** Writes objects by the protocol, and reads them: section 5.1 of docs/many-nodes.md. */
export type StoredObjects = {
  /**
   * A row, then the bytes. What comes back has to be named in a transaction (`addPacks`, `addBlob`), or be given up with
   * `condemn`. Nothing lasts of it before it is named.
   *
   * @throws Failure unavailable if the store does not take it.
   */
  upload(request: UploadRequest): Promise<UploadedObject>;
  /** As `condemnObject`; nothing to do for an inline object. Call it when it is not named, or it is unknown whether it was. */
  condemn(object: Pick<UploadedObject, "name" | "inline">): Promise<"condemned" | "named">;
  /**
   * The bytes as they come from the store or the database, not through the cache. Of bytes that are not those that were stored
   * the end is never given: the stream fails before its last chunk, with DamagedObjectError.
   *
   * @throws NoSuchObjectError
   * @throws DamagedObjectError of a small object, of which then nothing is given.
   */
  read(object: StoredObjectPlace, signal?: AbortSignal): Promise<Readable>;
  counts(): UploadCounts;
};

/** Of the keys of all objects in the store. */
export const OBJECT_PREFIX = "o/";

/** The key of an object in the store. */
export function objectKey(name: ObjectName): string {
  return `${OBJECT_PREFIX}${name.slice(0, 2)}/${name}`;
}

/** The name of the object under a key; undefined if it is none that `objectKey` makes. */
export function parseObjectKey(key: string): ObjectName | undefined {
  const name = key.slice(key.lastIndexOf("/") + 1) as ObjectName;
  return /^[0-9a-f]{40}$/.test(name) && objectKey(name) === key ? name : undefined;
}

import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Logger } from "pino";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import {
  type ByteRange,
  NoSuchObjectError,
  type ObjectStore,
  type UploadSource,
} from "../object-store/object-store.ts";
import type { Database } from "../sql/database.ts";
import { findInlineContent } from "../sql/stored-objects/find-inline-content.ts";
import {
  condemnObject,
  insertPendingObject,
  noteUploadId,
  type ObjectName,
  type UploadedObject,
} from "../sql/stored-objects/stored-objects.ts";
import {
  INLINE_BYTES_MAX,
  objectKey,
  type StoredObjectPlace,
  type StoredObjects,
  type UploadRequest,
} from "./stored-objects.ts";

/** How long the requests of an upload are taken by the store, from the time of its row: T_sign. */
export const SIGNATURE_MS = 3_600_000;

type StoredObjectPorts = {
  readonly database: Pick<Database, "kysely">;
  readonly store: ObjectStore;
  readonly log: Logger;
  /** Up to so many bytes an object goes into the database. 0: none does. */
  readonly inlineBytesMax?: number;
};

export function openStoredObjects({
  database,
  store,
  log,
  inlineBytesMax = INLINE_BYTES_MAX,
}: StoredObjectPorts): StoredObjects {
  const counts = { uploads: 0, uploadedBytes: 0, failedUploads: 0, inlineObjects: 0 };
  const madeBy = `${hostname()}/${process.pid}`;

  async function uploadToStore({ kind, source, sections, signal }: UploadRequest): Promise<UploadedObject> {
    const name = newObjectName();
    // The row comes first: whatever lies in the store has one.
    const signedAt = await insertPendingObject(database.kysely, { name, kind, madeBy });
    reachFaultPoint("upload.noted");
    try {
      const prepared = await store.prepareUpload(objectKey(name), source.bytes, {
        signedAt,
        lifeMs: SIGNATURE_MS,
      });
      reachFaultPoint("upload.prepared");
      const { uploadId } = prepared;
      if (uploadId !== undefined && !(await noteUploadId(database.kysely, name, uploadId))) {
        // No row has it, so that no sweep would find it.
        await store.abortUpload(objectKey(name), uploadId);
        throw new Failure("unavailable", "the upload took too long: try again");
      }
      const [sha256] = await Promise.all([digestOf(source), prepared.send(source, signal)]);
      reachFaultPoint("upload.acknowledged");
      counts.uploads += 1;
      counts.uploadedBytes += source.bytes;
      return { name, kind, bytes: source.bytes, sha256, sections, inline: undefined, madeBy };
    } catch (error) {
      counts.failedUploads += 1;
      await condemn({ name, inline: undefined }).catch((reason: unknown) =>
        // The sweep condemns it later.
        log.warn({ err: reason, "object.name": name }, "an upload that failed was not given up"),
      );
      throw error;
    }
  }

  async function condemn({
    name,
    inline,
  }: Pick<UploadedObject, "name" | "inline">): Promise<"condemned" | "named"> {
    return condemnObject(database.kysely, name, inline !== undefined);
  }

  return {
    async upload(request) {
      const { kind, source, sections } = request;
      if (source.bytes > inlineBytesMax) return uploadToStore(request);
      const opened = source.open();
      const inline = Buffer.isBuffer(opened) ? opened : await buffer(opened);
      const sha256 = createHash("sha256").update(inline).digest();
      counts.inlineObjects += 1;
      return { name: newObjectName(), kind, bytes: inline.length, sha256, sections, inline, madeBy };
    },
    condemn,
    counts: () => ({ ...counts }),
    async read(object, range, signal) {
      if (object.isInline) {
        const content = (await findInlineContent(database.kysely, [object.name])).get(object.name);
        if (content === undefined) throw new NoSuchObjectError(object.name);
        return Readable.from([cut(content, range)], { objectMode: false });
      }
      const stream = await store.read(objectKey(object.name), range, signal);
      return range === undefined ? verified(stream, object) : stream;
    },
  };
}

export function newObjectName(): ObjectName {
  return randomBytes(20).toString("hex") as ObjectName;
}

async function digestOf(source: UploadSource): Promise<Buffer> {
  const hash = createHash("sha256");
  const opened = source.open();
  if (Buffer.isBuffer(opened)) hash.update(opened);
  else for await (const chunk of opened) hash.update(chunk as Buffer);
  return hash.digest();
}

function cut(content: Buffer, range: ByteRange | undefined): Buffer {
  return range === undefined ? content : content.subarray(range.first, range.last + 1);
}

/** Fails at its end if the bytes are not those that were stored. */
function verified(stream: Readable, { name, bytes, sha256 }: StoredObjectPlace): Readable {
  const hash = createHash("sha256");
  let count = 0;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      count += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      const isRight = count === bytes && hash.digest().equals(sha256);
      const wrong = `the object store gives other bytes for ${name} than were stored`;
      done(isRight ? null : new Failure("unavailable", wrong));
    },
  });
  pipeline(stream, check).catch((error: unknown) => check.destroy(error as Error));
  return check;
}

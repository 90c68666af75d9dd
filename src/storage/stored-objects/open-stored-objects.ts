import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Logger } from "pino";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import {
  NoSuchObjectError,
  type ObjectStore,
  ShortObjectError,
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
import { DamagedObjectError } from "./damaged-object-error.ts";
import {
  INLINE_BYTES_MAX,
  objectKey,
  type StoredObjectPlace,
  type StoredObjects,
  type UploadRequest,
} from "./stored-objects.ts";

/** How long the requests of an upload are taken by the store, from the time of its row: T_sign. */
export const SIGNATURE_MS = 3_600_000;
/** Up to so many bytes an object is read whole before anything of it is given. */
const HELD_BYTES_MAX = 256 * 1024;
/** Wrong bytes may be a fault on the way. */
const TRIES_MAX = 2;

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
    async read(object, signal) {
      const { name, bytes, isInline } = object;
      if (isInline) {
        const content = (await findInlineContent(database.kysely, [name])).get(name);
        if (content === undefined) throw new NoSuchObjectError(name);
        const found = findDamage(object, content);
        if (found !== undefined) throw new DamagedObjectError("the database", name, found);
        return streamOf(content);
      }
      if (bytes <= HELD_BYTES_MAX) return streamOf(await readHeld(store, object, signal));
      return verified(await store.read(objectKey(name), undefined, signal), object);
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

function streamOf(content: Buffer): Readable {
  return Readable.from([content], { objectMode: false });
}

/** @throws NoSuchObjectError, DamagedObjectError */
async function readHeld(
  store: Pick<ObjectStore, "readBytes">,
  object: StoredObjectPlace,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  // Not more than is expected, whatever is there.
  const range = object.bytes === 0 ? undefined : { first: 0, last: object.bytes - 1 };
  for (let tries = 1; ; tries += 1) {
    let found: string | undefined;
    try {
      const content = await store.readBytes(objectKey(object.name), range, signal);
      found = findDamage(object, content);
      if (found === undefined) return content;
    } catch (error) {
      if (!(error instanceof ShortObjectError)) throw error;
      found = error.details.reason ?? error.message;
    }
    if (tries === TRIES_MAX) throw new DamagedObjectError("the object store", object.name, found);
  }
}

/** What is wrong with the content of an object; undefined if nothing is. */
function findDamage(
  { bytes, sha256 }: Pick<StoredObjectPlace, "bytes" | "sha256">,
  content: Buffer,
): string | undefined {
  if (content.length !== bytes) return otherLength(content.length, bytes);
  return createHash("sha256").update(content).digest().equals(sha256) ? undefined : OTHER_DIGEST;
}

const OTHER_DIGEST = "its SHA-256 is another one";

function otherLength(found: number, bytes: number): string {
  return `it has ${found} bytes in place of ${bytes}`;
}

/**
 * Holds each chunk back until the next one comes, and the last one until the checksum of all is known to be right: whoever has all
 * bytes has the right ones.
 */
function verified(stream: Readable, { name, bytes, sha256 }: StoredObjectPlace): Readable {
  const hash = createHash("sha256");
  const damaged = (found: string) => new DamagedObjectError("the object store", name, found);
  let count = 0;
  let held: Buffer | undefined;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count += chunk.length;
      if (count > bytes) {
        done(damaged(`it has more than ${bytes} bytes`));
        return;
      }
      hash.update(chunk);
      // The bytes of an empty chunk are all given with the one before it.
      if (chunk.length > 0) {
        if (held !== undefined) this.push(held);
        held = chunk;
      }
      done();
    },
    flush(done) {
      if (count !== bytes) done(damaged(otherLength(count, bytes)));
      else if (!hash.digest().equals(sha256)) done(damaged(OTHER_DIGEST));
      else done(null, held);
    },
  });
  pipeline(stream, check).catch((error: unknown) => check.destroy(error as Error));
  return check;
}

import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Failure } from "../../../src/model/failure.ts";
import {
  type ByteRange,
  NoSuchObjectError,
  type ObjectStore,
  ShortObjectError,
  type UploadSource,
} from "../../../src/storage/object-store/object-store.ts";
import { SINGLE_BYTES_MAX } from "../../../src/storage/object-store/s3-upload.ts";

/** As stores have them. */
const PAGE_MAX = 1_000;
/** As they come from a connection. */
const CHUNK_BYTES = 65_536;

export type MemoryObjectStore = ObjectStore & {
  /** What is in it, by keys. A test may change it behind everybody's back. */
  readonly contents: Map<string, { readonly content: Buffer; readonly changedAt: Date }>;
  /** Uploads in parts that are neither done nor aborted, by their ids. */
  readonly uploads: Map<string, { readonly key: string; readonly begunAt: Date }>;
};

/** For tests: what is in it ends with the process. Signatures run out by its clock. */
export function openMemoryObjectStore({
  clock = () => new Date(),
  bucket = "memory",
}: {
  clock?: () => Date;
  bucket?: string;
} = {}): MemoryObjectStore {
  const contents: MemoryObjectStore["contents"] = new Map();
  const uploads: MemoryObjectStore["uploads"] = new Map();
  const url = `s3://${bucket}`;
  const put = (key: string, content: Buffer) => void contents.set(key, { content, changedAt: clock() });
  const refuse = (method: string, key: string, reason: string) =>
    new Failure("unavailable", "Cannot use the object store: it refused the request", {
      reason: `${method} ${key} of ${url}: ${reason}`,
    });

  /** @throws NoSuchObjectError, ShortObjectError */
  function find(key: string, range: ByteRange | undefined): Buffer {
    const found = contents.get(key)?.content;
    if (found === undefined) throw new NoSuchObjectError(key);
    if (range === undefined) return found;
    if (range.last >= found.length) throw new ShortObjectError(`GET ${key} of ${url}: status 416`);
    return found.subarray(range.first, range.last + 1);
  }

  return {
    url,
    contents,
    uploads,
    async prepareUpload(key, bytes, { signedAt, lifeMs }) {
      const uploadId = bytes > SINGLE_BYTES_MAX ? randomBytes(8).toString("hex") : undefined;
      if (uploadId !== undefined) uploads.set(uploadId, { key, begunAt: clock() });
      return {
        uploadId,
        async send(source, signal) {
          if (source.bytes !== bytes)
            throw new Error(`${source.bytes} bytes to send where ${bytes} were announced`);
          const content = await readSource(source);
          signal?.throwIfAborted();
          if (content.length !== bytes) throw refuse("PUT", key, "status 400 IncompleteBody");
          if (clock().getTime() >= signedAt.getTime() + lifeMs)
            throw refuse("PUT", key, "status 403 AccessDenied");
          if (uploadId !== undefined && !uploads.delete(uploadId))
            throw refuse("PUT", key, "status 404 NoSuchUpload");
          put(key, content);
        },
      };
    },
    async read(key, range, signal) {
      signal?.throwIfAborted();
      const content = find(key, range);
      return Readable.from(chunksOf(content), { objectMode: false });
    },
    async readBytes(key, range, signal) {
      signal?.throwIfAborted();
      return Buffer.from(find(key, range));
    },
    findBytes: async (key) => contents.get(key)?.content.length,
    write: async (key, content) => put(key, Buffer.from(content)),
    delete: async (key) => void contents.delete(key),
    abortUpload: async (_key, uploadId) => void uploads.delete(uploadId),
    async *list(prefix) {
      const keys = [...contents.keys()].filter((key) => key.startsWith(prefix)).sort(byBytes);
      for (let start = 0; start === 0 || start < keys.length; start += PAGE_MAX) {
        yield keys.slice(start, start + PAGE_MAX).flatMap((key) => {
          const found = contents.get(key);
          return found === undefined
            ? []
            : [{ key, bytes: found.content.length, changedAt: found.changedAt }];
        });
      }
    },
    async *listUploads(prefix) {
      yield [...uploads]
        .map(([uploadId, { key, begunAt }]) => ({ key, uploadId, begunAt }))
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => byBytes(a.key, b.key));
    },
    close() {},
  };
}

function* chunksOf(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += CHUNK_BYTES) yield content.subarray(at, at + CHUNK_BYTES);
}

async function readSource(source: UploadSource): Promise<Buffer> {
  const opened = source.open();
  return Buffer.isBuffer(opened) ? Buffer.from(opened) : buffer(opened);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

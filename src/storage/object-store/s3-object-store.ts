import { hash } from "node:crypto";
import { Readable } from "node:stream";
import type { ObjectStoreSettings } from "../../config/config.ts";
import { type Fault, sendFaulty } from "./faulty-request.ts";
import type { ByteRange, ListedObject, ListedUpload, ObjectStore } from "./object-store.ts";
import { openRead } from "./open-read.ts";
import { attempt, openS3, type SdkAttempt, type SignatureLife } from "./s3-client.ts";
import { SINGLE_BYTES_MAX, sendParts, sendWhole } from "./s3-upload.ts";
import {
  type AttemptedRequest,
  PATIENCE,
  type Patience,
  StoreBusyError,
  withAttempts,
} from "./store-attempts.ts";
import { openStoreTransport } from "./store-transport.ts";

export type S3Options = {
  readonly patience?: Patience;
  /** Above this an object is uploaded in parts. */
  readonly singleBytesMax?: number;
};

export type S3ObjectStore = ObjectStore & {
  /** For the probe: sends what the store has to refuse. @returns the status of its answer. */
  sendFaulty(key: string, content: Buffer, life: SignatureLife, fault: Fault): Promise<number>;
};

/** A bucket of a store that speaks S3. No request is made before the first that somebody wants. */
export async function openS3ObjectStore(
  settings: ObjectStoreSettings,
  { patience = PATIENCE, singleBytesMax = SINGLE_BYTES_MAX }: S3Options = {},
): Promise<S3ObjectStore> {
  const { bucket, prefix } = settings;
  const transport = openStoreTransport(patience);
  const s3 = await openS3(settings, transport);
  const { client, sdk } = s3;
  const keyPrefix = prefix === "" ? "" : `${prefix}/`;
  const url = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  const placeOf = (key: string) => ({ Bucket: bucket, Key: `${keyPrefix}${key}` });
  const reading = (method: string, key: string) => ({
    description: `${method} ${key} of ${url}`,
    isWrite: false,
  });
  const writing = (method: string, key: string) => ({ ...reading(method, key), isWrite: true });

  /** Tries to send a command for as long as there is hope. */
  function send<T>(request: AttemptedRequest, command: Pick<SdkAttempt<T>, "send" | "whenMissing">) {
    return withAttempts(request, patience, undefined, () => attempt(request, command));
  }

  function open(key: string, range: ByteRange | undefined, signal: AbortSignal | undefined) {
    return openRead(s3, { ...reading("GET", key), key, place: placeOf(key), range, signal }, patience);
  }

  async function beginParts(key: string): Promise<string> {
    const command = new sdk.CreateMultipartUploadCommand(placeOf(key));
    return send(writing("begin", key), {
      async send() {
        const { UploadId } = await client.send(command);
        if (UploadId === undefined) throw new StoreBusyError("an upload without an id");
        return UploadId;
      },
    });
  }

  return {
    url,
    async prepareUpload(key, bytes, life) {
      const uploadId = bytes > singleBytesMax ? await beginParts(key) : undefined;
      return {
        uploadId,
        async send(source, signal) {
          if (source.bytes !== bytes)
            throw new Error(`${source.bytes} bytes to send where ${bytes} were announced`);
          const upload = { request: writing("PUT", key), place: placeOf(key), source, life, signal };
          const senders = { s3, transport, patience };
          if (uploadId === undefined) await sendWhole(senders, upload);
          else await sendParts(senders, upload, uploadId);
        },
      };
    },
    async read(key, range, signal) {
      const { chunks, close } = await open(key, range, signal);
      return Readable.from(chunks, { objectMode: false }).once("close", close);
    },
    async readBytes(key, range, signal) {
      const { bytes, chunks } = await open(key, range, signal);
      const content = Buffer.allocUnsafe(bytes);
      let offset = 0;
      for await (const chunk of chunks) offset += chunk.copy(content, offset);
      return content;
    },
    findBytes(key) {
      const command = new sdk.HeadObjectCommand(placeOf(key));
      return send<number | undefined>(reading("HEAD", key), {
        async send() {
          const { ContentLength } = await client.send(command);
          if (ContentLength === undefined) throw new StoreBusyError("an answer without a length");
          return ContentLength;
        },
        whenMissing: () => undefined,
      });
    },
    async write(key, content) {
      const body = { Body: content, ContentMD5: hash("md5", content, "base64") };
      const command = new sdk.PutObjectCommand({ ...placeOf(key), ...body });
      await send(writing("PUT", key), { send: () => client.send(command) });
    },
    async delete(key) {
      const command = new sdk.DeleteObjectCommand(placeOf(key));
      await send<unknown>(writing("DELETE", key), {
        send: () => client.send(command),
        whenMissing: () => undefined,
      });
    },
    async abortUpload(key, uploadId) {
      const command = new sdk.AbortMultipartUploadCommand({ ...placeOf(key), UploadId: uploadId });
      await send<unknown>(writing("abort", key), {
        send: () => client.send(command),
        whenMissing: () => undefined,
      });
    },
    async *list(prefixOfKeys) {
      let token: string | undefined;
      do {
        const command = new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: `${keyPrefix}${prefixOfKeys}`,
          ...(token !== undefined && { ContinuationToken: token }),
        });
        const page = await send(reading("LIST", prefixOfKeys), { send: () => client.send(command) });
        yield (page.Contents ?? []).map(
          ({ Key, Size, LastModified }): ListedObject => ({
            key: Key!.slice(keyPrefix.length),
            bytes: Size!,
            changedAt: LastModified!,
          }),
        );
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
    sendFaulty(key, content, life, fault) {
      const request = fault === "unsigned-read" ? reading("GET", key) : writing("PUT", key);
      return sendFaulty({ s3, transport, patience }, { request, place: placeOf(key), content, life, fault });
    },
    async *listUploads(prefixOfKeys) {
      let markers: { KeyMarker?: string; UploadIdMarker?: string } = {};
      for (;;) {
        const command = new sdk.ListMultipartUploadsCommand({
          Bucket: bucket,
          Prefix: `${keyPrefix}${prefixOfKeys}`,
          ...markers,
        });
        const page = await send(reading("LIST uploads", prefixOfKeys), { send: () => client.send(command) });
        yield (page.Uploads ?? []).map(
          ({ Key, UploadId, Initiated }): ListedUpload => ({
            key: Key!.slice(keyPrefix.length),
            uploadId: UploadId!,
            begunAt: Initiated!,
          }),
        );
        const { NextKeyMarker, NextUploadIdMarker } = page;
        if (page.IsTruncated !== true || NextKeyMarker === undefined) return;
        markers = {
          KeyMarker: NextKeyMarker,
          ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }),
        };
      }
    },
    close() {
      client.destroy();
      transport.close();
    },
  };
}

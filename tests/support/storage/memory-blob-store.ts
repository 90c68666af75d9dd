import { hash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type BlobId, type BlobStore, tooLarge, wrongDigest } from "../../../src/storage/blobs/blob-store.ts";

/** For tests: what is in it ends with the process. */
export function openMemoryBlobStore(): BlobStore {
  const blobs = new Map<
    string,
    { readonly blob: BlobId; readonly bytes: Buffer; readonly changedAt: Date }
  >();
  const intents = new Map<symbol, readonly BlobId[]>();
  const keyOf = ({ ownerUuid, uuid }: BlobId) => `${ownerUuid}/${uuid}`;
  const remove = (blob: BlobId) => void blobs.delete(keyOf(blob));

  return {
    async put(blob, source, { bytesMax, sha256 }) {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      for await (const chunk of source) {
        sizeBytes += chunk.length;
        if (sizeBytes > bytesMax) throw tooLarge(bytesMax);
        chunks.push(chunk);
      }
      const bytes = Buffer.concat(chunks);
      if (sha256 !== undefined && hash("sha256", bytes) !== sha256) throw wrongDigest();
      blobs.set(keyOf(blob), { blob, bytes, changedAt: new Date() });
      return {
        sizeBytes,
        async record() {},
        async discard(outcome) {
          if (outcome === "rolled-back") remove(blob);
        },
      };
    },
    async open(blob) {
      const bytes = blobs.get(keyOf(blob))?.bytes;
      return bytes && Readable.from([bytes]);
    },
    async locate(blob) {
      const entry = blobs.get(keyOf(blob));
      const found = entry && { sizeBytes: entry.bytes.length, changedAt: entry.changedAt };
      return { path: keyOf(blob), found };
    },
    async withFile(blob, work) {
      const found = blobs.get(keyOf(blob));
      if (found === undefined) throw Object.assign(new Error("no such blob"), { code: "ENOENT" });
      const folder = await mkdtemp(join(tmpdir(), "pail-blob-"));
      try {
        await writeFile(join(folder, "blob"), found.bytes);
        return await work(join(folder, "blob"));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async release() {},
    async delete(blob) {
      remove(blob);
    },
    async deleteOwner(ownerUuid) {
      for (const { blob } of [...blobs.values()]) if (blob.ownerUuid === ownerUuid) remove(blob);
    },
    list: async () => [...blobs.values()].map(({ blob }) => blob),
    async openIntent(some) {
      const intent = Symbol("intent");
      intents.set(intent, some);
      return { confirm: async () => void intents.delete(intent) };
    },
    async sweep(hasRow) {
      for (const [intent, some] of [...intents]) {
        for (const blob of some) if (!(await hasRow(blob))) remove(blob);
        intents.delete(intent);
      }
    },
  };
}

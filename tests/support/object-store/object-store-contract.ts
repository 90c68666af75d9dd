import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, describe, test as nodeTest } from "node:test";
import { Failure } from "../../../src/model/failure.ts";
import {
  type ListedObject,
  type ListedUpload,
  NoSuchObjectError,
  type ObjectStore,
  ShortObjectError,
  type UploadSource,
} from "../../../src/storage/object-store/object-store.ts";

const MIB = 1024 ** 2;
const HOUR_MS = 3_600_000;

export type StoreInContract = { readonly store: ObjectStore; close(): Promise<void> };

/** What everybody relies on, of any store. The store is empty, and the suite's own. */
export function objectStoreContract(
  name: string,
  options: { readonly skip?: string | false },
  open: () => Promise<StoreInContract>,
): void {
  // Each test is skipped, and not the suite, which would count for nothing.
  const test = (what: string, work: () => Promise<void>) => nodeTest(what, options, work);
  describe(`an object store ${name}`, () => {
    let opened: StoreInContract | undefined;
    let store: ObjectStore;
    before(async () => {
      if (options.skip) return;
      opened = await open();
      store = opened.store;
    });
    after(() => opened?.close());

    test("what was put is read, whole and in ranges", async () => {
      const content = randomBytes(300_000);
      await upload(store, "o/ab/one", content);
      assert.deepEqual(await store.readBytes("o/ab/one"), content);
      assert.deepEqual(await buffer(await store.read("o/ab/one")), content);
      for (const range of [
        { first: 0, last: 0 },
        { first: 1, last: 200_000 },
        { first: 299_999, last: 299_999 },
      ]) {
        const part = content.subarray(range.first, range.last + 1);
        assert.deepEqual(await store.readBytes("o/ab/one", range), part);
        assert.deepEqual(await buffer(await store.read("o/ab/one", range)), part);
      }
      assert.equal(await store.findBytes("o/ab/one"), 300_000);
    });

    test("an empty object is one", async () => {
      await upload(store, "o/ab/empty", Buffer.alloc(0));
      assert.deepEqual(await store.readBytes("o/ab/empty"), Buffer.alloc(0));
      assert.deepEqual(await buffer(await store.read("o/ab/empty")), Buffer.alloc(0));
      assert.equal(await store.findBytes("o/ab/empty"), 0);
    });

    test("an object from a stream, sent twice, is one object", async () => {
      const content = randomBytes(2 * MIB);
      const prepared = await store.prepareUpload("o/ab/stream", content.length, life());
      assert.equal(prepared.uploadId, undefined);
      await prepared.send(streamOf(content));
      await prepared.send(streamOf(content));
      assert.deepEqual(await store.readBytes("o/ab/stream"), content);
    });

    test("a large object goes in parts", async () => {
      const content = randomBytes(70 * MIB + 1);
      const prepared = await store.prepareUpload("o/ab/large", content.length, life());
      assert.notEqual(prepared.uploadId, undefined);
      assert.equal(await store.findBytes("o/ab/large"), undefined);
      await prepared.send(streamOf(content));
      assert.deepEqual(await listUploads(store, "o/ab/large"), []);
      assert.equal(await store.findBytes("o/ab/large"), content.length);
      assert.ok(content.equals(await store.readBytes("o/ab/large")));
      await store.delete("o/ab/large");
    });

    test("an upload that is aborted leaves nothing, and cannot be sent any more", async () => {
      const content = Buffer.alloc(65 * MIB);
      const prepared = await store.prepareUpload("o/ab/aborted", content.length, life());
      await store.abortUpload("o/ab/aborted", prepared.uploadId!);
      await assert.rejects(prepared.send(sourceOf(content)), isUnavailable);
      assert.equal(await store.findBytes("o/ab/aborted"), undefined);
      // Nobody knows whether an answer was lost, so it may be said twice.
      await store.abortUpload("o/ab/aborted", prepared.uploadId!);
    });

    test("uploads in parts are listed until they are completed or aborted", async () => {
      const bytes = 65 * MIB;
      const begun = await Promise.all(
        ["u/b", "u/a", "u/b", "w/a"].map(async (key) => {
          const { uploadId } = await store.prepareUpload(key, bytes, life());
          return { key, uploadId: uploadId! };
        }),
      );
      const list = (prefix: string) => listUploads(store, prefix);
      const listed = await list("u/");
      const known = (uploads: readonly { readonly key: string; readonly uploadId: string }[]) =>
        uploads.map(({ key, uploadId }) => `${key} ${uploadId}`).sort();
      assert.deepEqual(known(listed), known(begun.slice(0, 3)));
      for (const { begunAt } of listed) assert.ok(Math.abs(begunAt.getTime() - Date.now()) < HOUR_MS);
      await store.abortUpload(begun[0]!.key, begun[0]!.uploadId);
      assert.deepEqual(known(await list("")), known(begun.slice(1)));
      for (const { key, uploadId } of begun) await store.abortUpload(key, uploadId);
      assert.deepEqual(await list(""), []);
    });

    test("after the signature has run out nothing is stored, whole or in parts", async () => {
      const signature = { signedAt: new Date(Date.now() - HOUR_MS - 1_000), lifeMs: HOUR_MS };
      for (const content of [Buffer.from("late"), Buffer.alloc(65 * MIB)]) {
        const prepared = await store.prepareUpload("o/ab/late", content.length, signature);
        await assert.rejects(prepared.send(sourceOf(content)), isUnavailable);
        if (prepared.uploadId !== undefined) await store.abortUpload("o/ab/late", prepared.uploadId);
        assert.equal(await store.findBytes("o/ab/late"), undefined);
      }
    });

    test("another length than was announced is refused", async () => {
      const prepared = await store.prepareUpload("o/ab/wrong", 5, life());
      await assert.rejects(prepared.send(sourceOf(Buffer.from("four"))));
      assert.equal(await store.findBytes("o/ab/wrong"), undefined);
    });

    test("a source that cannot be read fails the upload with its own error", async () => {
      const prepared = await store.prepareUpload("o/ab/unread", 5, life());
      const failing: UploadSource = {
        bytes: 5,
        open: () =>
          new Readable({
            read() {
              this.destroy(new Error("the disk is broken"));
            },
          }),
      };
      await assert.rejects(prepared.send(failing), /the disk is broken/);
      assert.equal(await store.findBytes("o/ab/unread"), undefined);
    });

    test("an upload can be given up", async () => {
      const prepared = await store.prepareUpload("o/ab/given-up", 5, life());
      const reason = new Error("nobody waits");
      await assert.rejects(
        prepared.send(sourceOf(Buffer.from("hello")), AbortSignal.abort(reason)),
        /nobody waits/,
      );
      assert.equal(await store.findBytes("o/ab/given-up"), undefined);
    });

    test("what is missing is told before the first byte", async () => {
      const isMissing = (error: unknown) =>
        error instanceof NoSuchObjectError && error.message.includes("o/ab/none");
      await assert.rejects(store.read("o/ab/none"), isMissing);
      await assert.rejects(store.readBytes("o/ab/none", { first: 0, last: 1 }), isMissing);
      assert.equal(await store.findBytes("o/ab/none"), undefined);
    });

    test("an object that is shorter than a range is no such range", async () => {
      await upload(store, "o/ab/short", Buffer.from("short"));
      await assert.rejects(store.readBytes("o/ab/short", { first: 2, last: 5 }), ShortObjectError);
      await assert.rejects(store.readBytes("o/ab/short", { first: 5, last: 9 }), ShortObjectError);
    });

    test("what is deleted is gone at once, and may be deleted again", async () => {
      await upload(store, "o/ab/gone", Buffer.from("gone"));
      await store.delete("o/ab/gone");
      await assert.rejects(store.readBytes("o/ab/gone"), NoSuchObjectError);
      assert.equal(await store.findBytes("o/ab/gone"), undefined);
      await store.delete("o/ab/gone");
    });

    test("a small object is written over another", async () => {
      await store.write("small.json", Buffer.from("one"));
      await store.write("small.json", Buffer.from("the other"));
      assert.equal((await store.readBytes("small.json")).toString(), "the other");
    });

    test("a list has all keys below its prefix, in the order of their bytes", async () => {
      // Stores over folders cannot have a key below another key.
      const keys = ["l/a.b", "l/a/b", "l/B", "l/z", "l/é", "m/not"];
      const startedAt = Date.now();
      for (const key of keys) await store.write(key, Buffer.from(key));
      const listed = await listAll(store, "l/");
      assert.deepEqual(
        listed.map(({ key }) => key),
        ["l/B", "l/a.b", "l/a/b", "l/z", "l/é"],
      );
      for (const { key, bytes, changedAt } of listed) {
        assert.equal(bytes, Buffer.byteLength(key));
        assert.ok(Math.abs(changedAt.getTime() - startedAt) < 60_000);
      }
      assert.deepEqual(await listAll(store, "nothing/"), []);
      // A prefix is text, and not a folder.
      assert.deepEqual(
        (await listAll(store, "l/a")).map(({ key }) => key),
        ["l/a.b", "l/a/b"],
      );
    });

    test("a list of more than a page is whole", async () => {
      const keys = Array.from({ length: 1_100 }, (_, index) => `many/${String(index).padStart(5, "0")}`);
      for (let start = 0; start < keys.length; start += 50)
        await Promise.all(keys.slice(start, start + 50).map((key) => store.write(key, Buffer.alloc(0))));
      const listed = await listAll(store, "many/");
      assert.deepEqual(
        listed.map(({ key }) => key),
        keys,
      );
    });

    test("many streams at a time, of which some are left", async () => {
      const content = randomBytes(3 * MIB);
      await upload(store, "o/ab/many", content);
      const reads = Array.from({ length: 12 }, async (_, index) => {
        const stream = await store.read("o/ab/many");
        if (index % 3 === 0) stream.destroy();
        else assert.deepEqual(await buffer(stream), content);
      });
      await Promise.all(reads);
      const giving = new AbortController();
      const stream = await store.read("o/ab/many", undefined, giving.signal);
      giving.abort(new Error("nobody waits"));
      await buffer(stream).then(
        // All of it may have come already.
        (all) => assert.deepEqual(all, content),
        (error) => assert.match(String(error), /nobody waits|aborted/),
      );
    });
  });
}

export async function upload(store: ObjectStore, key: string, content: Buffer): Promise<void> {
  const prepared = await store.prepareUpload(key, content.length, life());
  await prepared.send(sourceOf(content));
}

export function life() {
  return { signedAt: new Date(), lifeMs: HOUR_MS };
}

export function sourceOf(content: Buffer): UploadSource {
  return {
    bytes: content.length,
    open: (range) => (range ? content.subarray(range.first, range.last + 1) : content),
  };
}

/** In many pieces. */
export function streamOf(content: Buffer): UploadSource {
  return {
    bytes: content.length,
    open(range = { first: 0, last: content.length - 1 }) {
      const part = content.subarray(range.first, range.last + 1);
      const pieces = Array.from({ length: Math.ceil(part.length / 60_000) }, (_, index) =>
        part.subarray(index * 60_000, (index + 1) * 60_000),
      );
      return Readable.from(pieces, { objectMode: false });
    },
  };
}

async function listAll(store: ObjectStore, prefix: string): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const page of store.list(prefix)) found.push(...page);
  return found;
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof Failure && error.kind === "unavailable";
}

async function listUploads(store: ObjectStore, prefix: string): Promise<readonly ListedUpload[]> {
  const listed: ListedUpload[] = [];
  for await (const page of store.listUploads(prefix)) listed.push(...page);
  return listed;
}

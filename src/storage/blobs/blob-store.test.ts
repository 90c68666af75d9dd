import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { openMemoryBlobStore } from "../../../tests/support/storage/memory-blob-store.ts";
import { Failure } from "../../model/failure.ts";
import type { BlobId, BlobRange, BlobStore } from "./blob-store.ts";
import { openDiskBlobStore } from "./disk-blob-store.ts";

const root = mkdtempSync(join(tmpdir(), "pail-blobs-"));
after(() => rmSync(root, { recursive: true, force: true }));

const newBlob = (ownerUuid = newUuid()): BlobId => ({ ownerUuid, uuid: newUuid() });
const LIMIT = { bytesMax: 100 };
const isFailure = (kind: Failure["kind"]) => (error: unknown) =>
  error instanceof Failure && error.kind === kind;

for (const [kind, openStore] of [
  ["disk", () => openDiskBlobStore(join(root, newUuid()))],
  ["memory", openMemoryBlobStore],
] as const)
  describe(`a blob store on ${kind}`, () => {
    let store: BlobStore;
    before(() => {
      store = openStore();
    });
    const put = (blob: BlobId, text: string, options: Parameters<BlobStore["put"]>[2] = LIMIT) =>
      store.put(blob, Readable.from([...text].map((character) => Buffer.from(character))), options);
    const read = async (blob: BlobId, range?: BlobRange) => {
      const content = await store.open(blob, range);
      return content && (await buffer(content)).toString();
    };

    test("gives what was put, whole and by ranges, to whoever asks", async () => {
      const blob = newBlob();
      assert.equal(await store.open(blob), undefined);
      assert.equal((await store.locate(blob)).found, undefined);
      assert.equal(await put(blob, "content"), 7);
      assert.equal(await read(blob), "content");
      assert.equal(await read(blob, { first: 0, last: 0 }), "c");
      assert.equal(await read(blob, { first: 3, last: 6 }), "tent");
      assert.equal((await store.locate(blob)).found?.sizeBytes, 7);
      assert.equal(await store.withFile(blob, (path) => readFile(path, "utf8")), "content");
    });

    test("holds a file of no bytes", async () => {
      const blob = newBlob();
      assert.equal(await put(blob, ""), 0);
      assert.equal(await read(blob), "");
    });

    test("leaves nothing of what is too large, breaks off, or has other bytes than it should", async () => {
      const blob = newBlob();
      const earlier = await store.list();
      await assert.rejects(put(blob, "four", { bytesMax: 3 }), isFailure("too-large"));
      async function* broken() {
        yield Buffer.from("x");
        throw new Error("gone");
      }
      await assert.rejects(store.put(blob, broken(), LIMIT), /gone/);
      const wrong = put(blob, "four", { ...LIMIT, sha256: hash("sha256", "five") });
      await assert.rejects(wrong, isFailure("invalid-input"));
      assert.equal(await store.open(blob), undefined);
      assert.deepEqual(await store.list(), earlier);
      await store.sweep(async () => true);
      assert.equal(await put(blob, "four", { bytesMax: 4, sha256: hash("sha256", "four") }), 4);
    });

    test("reads what has been opened to its end, also when it is deleted", async () => {
      const blob = newBlob();
      await put(blob, "content");
      const content = await store.open(blob);
      await store.delete(blob);
      await store.delete(blob);
      assert.equal((await buffer(content!)).toString(), "content");
      assert.equal(await store.open(blob), undefined);
      await assert.rejects(
        store.withFile(blob, (path) => readFile(path)),
        { code: "ENOENT" },
      );
    });

    test("lists all, and deletes all of one owner", async () => {
      const owner = newUuid();
      const [one, two, other] = [newBlob(owner), newBlob(owner), newBlob()];
      for (const blob of [one, two, other]) await put(blob, "x");
      const uuids = async () => (await store.list()).map(({ uuid }) => uuid);
      for (const { uuid } of [one, two, other]) assert.ok((await uuids()).includes(uuid));
      await store.deleteOwner(owner);
      await store.deleteOwner(owner);
      const left = await uuids();
      assert.deepEqual(
        [one, two, other].map(({ uuid }) => left.includes(uuid)),
        [false, false, true],
      );
    });

    test("a sweep removes what was about to get or lose a row and has none", async () => {
      const [kept, lost, confirmed, unmarked] = [newBlob(), newBlob(), newBlob(), newBlob()];
      await store.openIntent([kept, lost]);
      await (await store.openIntent([confirmed])).confirm();
      for (const blob of [kept, lost, confirmed, unmarked]) await put(blob, "x");
      const asked: BlobId[] = [];
      await store.sweep(async (blob) => {
        asked.push(blob);
        return blob.uuid === kept.uuid;
      });
      assert.deepEqual(asked.map(({ uuid }) => uuid).sort(), [kept.uuid, lost.uuid].sort());
      for (const [blob, isThere] of [
        [kept, true],
        [lost, false],
        [confirmed, true],
        [unmarked, true],
      ] as const)
        assert.equal((await store.locate(blob)).found !== undefined, isThere);
      await store.sweep(async () => assert.fail("nothing is left to be asked"));
    });
  });

test("a sweep on disk removes halves of files", async () => {
  const folder = join(root, newUuid());
  const store = openDiskBlobStore(folder);
  const blob = newBlob();
  await store.put(blob, Readable.from([Buffer.from("x")]), LIMIT);
  await writeFile(join(folder, "unfinished", newUuid()), "half");
  await store.sweep(async () => true);
  assert.deepEqual(readdirSync(join(folder, "unfinished")), []);
  assert.deepEqual(await store.list(), [blob]);
});
